/// Hands its input on.
///
///     y = x        ∂x = ∂y
///
/// Nothing moves: the result is x's bytes. `torch.nn.Identity`.
public struct Identity: Primitive {
  public static let name = "Identity"

  public var rule: Rule { Rule("y = x", backward: "∂x = ∂y") }

  /// It has no options.
  public init() {}

  public var isView: Bool { true }

  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { operands[0] }

  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool { true }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] { [] }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] {
    guard let target = site.targets[0] else { return [] }
    return try site.kernels.handOn(site.upstream, to: target)
  }
}
