/// Divides each row by its root mean square, then scales it.
///
///     r = 1 / √(mean(x²) + ε)        y = w ∘ x r
///
/// Write `g` for ∂y ∘ w. Row by row:
///
///     ∂x = r (g - x r² mean(g ∘ x))        ∂w = Σ over rows of ∂y ∘ x r
///
/// A row is what the weight's dimensions span. Zhang and Sennrich, "Root Mean Square Layer
/// Normalization" (2019), arXiv:1910.07467; `torch.nn.RMSNorm`.
public struct RMSNorm: Primitive {
  public static let name = "RMSNorm"

  public var rule: Rule {
    Rule(
      "y = w x / √(mean(x²) + ε)",
      backward: "∂x = r (g - x r² mean(g x)), g = ∂y w, r = 1 / √(mean(x²) + ε)")
  }

  /// Trailing dimensions that make a row.
  public let normalized: Shape
  /// Keeps a row of zeros from dividing by zero.
  public let epsilon: Float

  /// Operands are x and, where the layer has one, the weight; ε is PyTorch's unless given.
  public init(normalized: Shape, epsilon: Float = .ulpOfOne) {
    self.normalized = normalized
    self.epsilon = epsilon
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(operands: operands.count > 1 ? [0, 1] : [0], extras: [[rows(of: operands[0])]])
  }

  /// For the weight alone it keeps the normalized rows, not x.
  public func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    wanted[0] ? saved(of: operands, result: result, wanted: wanted) : .nothing
  }
}

// MARK: - Shapes and cost

extension RMSNorm {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard normalized.rank >= 1, Array(x.sizes.suffix(normalized.rank)) == normalized.sizes else {
      throw ShapeError(
        Self.name, "an input of shape \(x) does not end in the normalized shape \(normalized)")
    }
    if operands.count > 1, operands[1] != normalized {
      throw ShapeError(
        Self.name,
        "a weight of shape \(operands[1]) does not fit the normalized shape \(normalized)")
    }
    return x
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let hasWeight = operands.count > 1
    let weight = hasWeight && wanted[1] ? 3 : 0
    let input = wanted[0] ? (hasWeight ? 7 : 5) : 0
    return Cost(
      forward: (hasWeight ? 4 : 3) * result.elementCount,
      backward: (input + weight) * result.elementCount)
  }

  private func rows(of x: Shape) -> Int {
    normalized.elementCount == 0 ? 0 : x.elementCount / normalized.elementCount
  }
}

// MARK: - Forward and backward

extension RMSNorm {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    [
      site.kernels.scaleRowsByMagnitude(
        site.operands[0], rows: rows(of: site.operands[0].shape), epsilon: epsilon,
        weight: site.operands.count > 1 ? site.operands[1].tensor : nil,
        into: site.result.tensor, inverse: site.extras[0].tensor)
    ]
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (x, dy, inverse) = (site.operands[0], site.upstream.tensor, site.extras[0].tensor)
    let rows = rows(of: x.shape)
    var kernels: [Kernel] = []
    if let dx = site.targets[0] {
      kernels.append(
        site.kernels.scaleRowsByMagnitudeBackward(
          x, rows: rows, weight: site.operands.count > 1 ? site.operands[1].tensor : nil,
          upstream: dy, inverse: inverse, into: dx))
    }
    if site.targets.count > 1, let dw = site.targets[1] {
      kernels.append(
        site.kernels.sumOfScaledRows(x, rows: rows, upstream: dy, inverse: inverse, into: dw))
    }
    return kernels
  }
}
