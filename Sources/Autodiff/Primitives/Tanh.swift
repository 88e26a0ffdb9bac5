/// Squeezes every number into (-1, 1).
///
///     y = tanh(x)        ∂x = ∂y ∘ (1 - y²)
///
/// `torch.nn.Tanh`.
public struct Tanh: Activation {
  public static let name = "Tanh"

  public var rule: Rule { Rule("y = tanh(x)", backward: "∂x = ∂y · (1 - y²)") }

  let function = Elementwise.tanh
  let costPerElement = Cost(forward: 5, backward: 3)

  /// It has no options.
  public init() {}
}
