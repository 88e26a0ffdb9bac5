/// Normalizes each row to zero mean and unit variance, then scales and shifts it.
///
///     n = (x - mean(x)) / √(variance(x) + ε)        y = w ∘ n + b
///
/// Write `g` for ∂y ∘ w. Row by row:
///
///     ∂x = (g - mean(g) - n mean(g ∘ n)) / √(variance(x) + ε)
///     ∂w = Σ over rows of ∂y ∘ n        ∂b = Σ over rows of ∂y
///
/// A row is what the weight's dimensions span. Ba, Kiros and Hinton, "Layer Normalization" (2016),
/// arXiv:1607.06450; `torch.nn.LayerNorm`.
public struct LayerNorm: Primitive {
  public static let name = "LayerNorm"

  public var rule: Rule {
    Rule(
      "y = w (x - mean) / √(var + ε) + b",
      backward: "∂x = (g - mean(g) - n mean(g n)) / √(var + ε), g = ∂y w, n = (y - b) / w")
  }

  /// Trailing dimensions that make a row.
  public let normalized: Shape
  /// Keeps a constant row from dividing by zero.
  public let epsilon: Float

  /// Operands are x and, where the layer has them, the weight and the bias.
  public init(normalized: Shape, epsilon: Float = 1e-5) {
    self.normalized = normalized
    self.epsilon = epsilon
  }

  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? {
    operands.indices.map { $0 == 0 }
  }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    let rows = Shape([rows(of: operands[0])])
    return Saved(operands: operands.count > 1 ? [0, 1] : [0], extras: [rows, rows])
  }
}

// MARK: - Shapes and cost

extension LayerNorm {
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let x = operands[0]
    guard normalized.rank >= 1, Array(x.sizes.suffix(normalized.rank)) == normalized.sizes else {
      throw ShapeError(
        Self.name, "an input of shape \(x) does not end in the normalized shape \(normalized)")
    }
    for (operand, role) in zip(operands.dropFirst(), ["weight", "bias"])
    where operand != normalized {
      throw ShapeError(
        Self.name, "a \(role) of shape \(operand) does not fit the normalized shape \(normalized)")
    }
    return x
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 8 * result.elementCount, backward: 14 * result.elementCount)
  }

  private func rows(of x: Shape) -> Int {
    normalized.elementCount == 0 ? 0 : x.elementCount / normalized.elementCount
  }
}

// MARK: - Forward and backward

extension LayerNorm {
  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try site.kernels.normalizeRows(
      site.operands[0], rows: rows(of: site.operands[0].shape), epsilon: epsilon,
      affine: site.operands.dropFirst().map(\.tensor), into: site.result,
      mean: site.extras[0].tensor, variance: site.extras[1].tensor)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    let (destinations, additions) = try site.destinations(count: site.operands.count)
    return try site.kernels.normalizeRowsBackward(
      site.operands[0], rows: rows(of: site.operands[0].shape), epsilon: epsilon,
      affine: site.operands.dropFirst().map(\.tensor), upstream: site.upstream,
      mean: site.extras[0].tensor, variance: site.extras[1].tensor, gradients: destinations)
      + additions
  }
}
