/// The exponential function.
///
///     y = eˣ        ∂x = ∂y ∘ y
///
/// `torch.exp`.
public struct Exp: Activation {
  public static let name = "Exp"

  public var rule: Rule { Rule("y = eˣ", backward: "∂x = ∂y · y") }

  let function = Elementwise.exp
  let costPerElement = Cost(forward: 4, backward: 1)

  /// It has no options.
  public init() {}
}
