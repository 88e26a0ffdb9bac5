/// Normalizes each group of channels of a sample, then scales and shifts each channel.
///
///     n = (x - mean(x)) / √(variance(x) + ε)        y = w n + b
///
/// with x `[N, C, …]`; mean and variance are those of a sample's C / G channels. Write `g` for ∂y w;
/// group by group, and for each channel over samples and places:
///
///     ∂x = (g - mean(g) - n mean(g n)) / √(variance(x) + ε)        ∂w = Σ ∂y n        ∂b = Σ ∂y
///
/// Wu and He (2018), arXiv:1803.08494; `torch.nn.GroupNorm`.
public struct GroupNorm: Primitive {
  public static let name = "GroupNorm"

  public var rule: Rule {
    Rule(
      "y = w (x - mean) / √(var + ε) + b",
      backward: "∂x = (g - mean(g) - n mean(g n)) / √(var + ε), g = ∂y w, n = (y - b) / w")
  }

  /// G.
  public let groups: Int
  /// Keeps a constant group from dividing by zero.
  public let epsilon: Float

  /// Operands are x and, where the layer has them, the weight and the bias.
  public init(groups: Int, epsilon: Float = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  public var unitDimension: UnitDimension { .channels }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    let statistics = Shape([operands[0].sizes[0], groups])
    return Saved(operands: operands.count > 1 ? [0, 1] : [0], extras: [statistics, statistics])
  }
}

// MARK: - Shapes and cost

extension GroupNorm {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard x.rank >= 2 else {
      throw ShapeError(Self.name, "an input of shape \(x) is not [N, C, …]")
    }
    guard x.sizes[1] % groups == 0 else {
      throw ShapeError(
        Self.name, "the \(x.sizes[1]) channels of shape \(x) do not make \(groups) equal groups")
    }
    for operand in operands.dropFirst() where operand != [x.sizes[1]] {
      throw ShapeError(
        Self.name, "a weight of shape \(operand) does not fit an input of shape \(x)")
    }
    return x
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 8 * result.elementCount, backward: 14 * result.elementCount)
  }
}

// MARK: - Forward and backward

extension GroupNorm {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    [
      site.kernels.normalizeGroups(
        site.operands[0], groups: groups, epsilon: epsilon,
        affine: site.operands.dropFirst().map(\.tensor), into: site.result.tensor,
        mean: site.extras[0].tensor, inverse: site.extras[1].tensor)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (kernels, x) = (site.kernels, site.operands[0])
    // For each sample and channel: Σ ∂y and Σ ∂y n over places.
    let sums = kernels.temporary([2, x.shape.sizes[0], x.shape.sizes[1]])
    var made = [
      kernels.groupSums(
        x, groups: groups, upstream: site.upstream.tensor, mean: site.extras[0].tensor,
        inverse: site.extras[1].tensor, into: sums.tensor)
    ]
    if let dx = site.targets[0] {
      made.append(
        kernels.normalizeGroupsBackward(
          x, groups: groups, weight: site.operands.count > 1 ? site.operands[1].tensor : nil,
          upstream: site.upstream.tensor, mean: site.extras[0].tensor,
          inverse: site.extras[1].tensor, sums: sums.tensor, into: dx))
    }
    for (position, target) in site.targets.dropFirst().enumerated() {
      guard let target else { continue }
      // The weight's sums are the second half, the bias's the first.
      made.append(
        kernels.sumOverSamples(
          sums.tensor, half: 1 - position, samples: x.shape.sizes[0], into: target))
    }
    return made
  }
}
