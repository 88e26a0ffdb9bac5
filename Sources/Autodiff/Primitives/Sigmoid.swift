/// Squeezes every number into (0, 1); its derivative is at most 1/4 and fades as it saturates.
///
///     y = 1 / (1 + exp(-x))        ∂x = ∂y ∘ y (1 - y)
///
/// `torch.nn.Sigmoid`.
public struct Sigmoid: Activation {
  public static let name = "Sigmoid"

  public var rule: Rule { Rule("y = 1 / (1 + exp(-x))", backward: "∂x = ∂y · y (1 - y)") }

  let function = Elementwise.sigmoid
  let costPerElement = Cost(forward: 4, backward: 3)

  /// It has no options.
  public init() {}
}
