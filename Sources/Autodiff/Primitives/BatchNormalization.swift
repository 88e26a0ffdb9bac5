/// A batch normalization: each channel to zero mean and unit variance over samples and places.
///
/// A conformer states which shapes it takes; oneDNN has kernels for both directions.
protocol BatchNormalization: Primitive {
  /// Its options.
  var options: BatchNormOptions { get }

  /// How many dimensions its input may have.
  static var ranks: ClosedRange<Int> { get }
}

/// The options of a batch normalization.
public struct BatchNormOptions: Equatable, Sendable {
  /// Keeps a constant channel from dividing by zero.
  public var epsilon: Float
  /// How far running statistics move towards a batch's; nil: they are the plain mean of all so far.
  public var momentum: Float?
  /// Whether there are a scale and a shift among the operands.
  public var isAffine: Bool
  /// Whether there are running statistics among the operands.
  public var tracksStatistics: Bool

  /// PyTorch's, unless they are given.
  public init(
    epsilon: Float = 1e-5, momentum: Float? = 0.1, isAffine: Bool = true,
    tracksStatistics: Bool = true
  ) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.isAffine = isAffine
    self.tracksStatistics = tracksStatistics
  }
}

extension BatchNormalization {
  public var rule: Rule {
    let affine = options.isAffine
    return Rule(
      affine ? "y = w (x - mean) / √(var + ε) + b" : "y = (x - mean) / √(var + ε)",
      backward: affine
        ? "∂x = (g - mean(g) - n mean(g n)) / √(var + ε), g = ∂y w, n = (y - b) / w"
        : "∂x = (∂y - mean(∂y) - y mean(∂y y)) / √(var + ε)")
  }

  public var hasSideEffects: Bool { options.tracksStatistics }

  public var unitDimension: UnitDimension { .channels }

  public var layoutUse: LayoutUse { .channels }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    operands.indices.map { $0 == 0 }
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    let channels = Shape([operands[0].sizes[1]])
    return Saved(operands: options.isAffine ? [0, 1] : [0], extras: [channels, channels])
  }

  private var affineCount: Int { options.isAffine ? 2 : 0 }
}

// MARK: - Shapes and cost

extension BatchNormalization {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard Self.ranks.contains(x.rank) else {
      let form = Self.ranks.upperBound == 4 ? "[N, C, height, width]" : "[N, C] or [N, C, length]"
      throw ShapeError(Self.name, "an input of shape \(x) is not \(form)")
    }
    let channels = Shape([x.sizes[1]])
    for operand in operands.dropFirst().prefix(affineCount) where operand != channels {
      throw ShapeError(
        Self.name, "a weight of shape \(operand) does not fit an input of shape \(x)")
    }
    let values = x.sizes[0] * x.sizes.dropFirst(2).reduce(1, *)
    guard values > 1 || x.elementCount == 0 else {
      throw ShapeError(
        Self.name,
        "an input of shape \(x) has one value for each channel: its variance is 0; a batch of one "
          + "cannot be normalized")
    }
    return x
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let affine = options.isAffine
    return Cost(
      forward: (affine ? 8 : 6) * result.elementCount,
      backward: (affine ? 14 : 11) * result.elementCount)
  }
}

// MARK: - Forward and backward

extension BatchNormalization {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let (mean, variance) = (site.extras[0].tensor, site.extras[1].tensor)
    let affine = site.operands.dropFirst().prefix(affineCount).map(\.tensor)
    let buffers = site.operands.dropFirst(1 + affineCount).map(\.tensor)
    var kernels = try site.kernels.normalizeChannels(
      site.operands[0], epsilon: options.epsilon, affine: affine, into: site.result,
      mean: mean, variance: variance, running: Array(buffers.prefix(2)))
    if options.tracksStatistics {
      kernels.append(
        site.kernels.trackStatistics(
          of: site.operands[0].shape, mean: mean, variance: variance, in: buffers,
          momentum: options.momentum))
    }
    return kernels
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (destinations, additions) = try site.destinations(count: 1 + affineCount)
    return try site.kernels.normalizeChannelsBackward(
      site.operands[0], epsilon: options.epsilon,
      affine: site.operands.dropFirst().prefix(affineCount).map(\.tensor), upstream: site.upstream,
      mean: site.extras[0].tensor, variance: site.extras[1].tensor, gradients: destinations)
      + additions
  }
}
