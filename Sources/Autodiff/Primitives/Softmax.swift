/// Turns numbers into probabilities along a dimension.
///
///     y = eˣ / Σ eˣ        ∂x = y ∘ (∂y - Σ ∂y ∘ y)
///
/// The largest x is subtracted first, so that nothing overflows. `torch.nn.Softmax`.
public struct Softmax: Primitive {
  public static let name = "Softmax"

  public var rule: Rule { Rule("y = eˣ / Σ eˣ", backward: "∂x = y · (∂y - Σ ∂y y)") }

  /// Along which; a negative one counts from the last.
  public let dimension: Int

  /// Along `dimension`.
  public init(dimension: Int = -1) { self.dimension = dimension }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    Saved(result: true)
  }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    _ = try operands[0].axis(dimension, for: Self.name)
    return operands[0]
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 5 * result.elementCount, backward: 4 * result.elementCount)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try site.kernels.normalize(
      .softmax, site.operands[0], into: site.result, axis: axis(site.result.shape))
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    return try site.kernels.accumulating(into: target) { operand throws(KernelError) in
      try site.kernels.normalizeBackward(
        .softmax, site.result, upstream: site.upstream, into: operand,
        axis: axis(site.result.shape))
    }
  }

  private func axis(_ shape: Shape) -> Int { dimension < 0 ? dimension + shape.rank : dimension }
}
