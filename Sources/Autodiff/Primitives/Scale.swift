/// Multiplies by a fixed number.
///
///     y = f x        ∂x = f ∂y
public struct Scale: Primitive {
  public static let name = "Scale"

  public var rule: Rule { Rule("y = \(factor) x", backward: "∂x = \(factor) ∂y") }

  /// f.
  public let factor: Float

  /// x times `factor`.
  public init(factor: Float) { self.factor = factor }

  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public var isPointwise: Bool { true }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { operands[0] }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: result.elementCount, backward: result.elementCount)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    try site.kernels.apply(.scale(factor), to: site.operands[0], into: site.result)
  }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    site.targets[0].map {
      [site.kernels.copy(site.upstream.tensor, into: $0, scale: factor)]
    } ?? []
  }
}
