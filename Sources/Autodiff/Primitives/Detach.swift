/// Hands its input on, and no gradient back.
///
///     y = x        ∂x = 0
///
/// Everything before it is a constant for what comes after. `torch.Tensor.detach`.
public struct Detach: Primitive {
  public static let name = "Detach"

  public var rule: Rule { Rule("y = x", backward: "∂x = 0: cut") }

  /// It has no options.
  public init() {}

  public var isView: Bool { true }

  public var cutsGradient: Bool { true }

  public var unitDimension: UnitDimension { .inherited }

  public var layoutUse: LayoutUse { .elementwise }

  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved { .nothing }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape { operands[0] }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    Cost(forward: 0, backward: 0)
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] { [] }

  public func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel] { [] }
}
