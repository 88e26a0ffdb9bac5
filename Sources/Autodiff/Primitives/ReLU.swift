/// Passes what is positive.
///
///     y = max(x, 0)        ∂x = ∂y where y > 0, else 0
///
/// Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010).
public struct ReLU: Activation {
  public static let name = "ReLU"

  public var rule: Rule { Rule("y = max(x, 0)", backward: "∂x = ∂y · [y > 0]") }

  let function = Elementwise.relu
  let costPerElement = Cost(forward: 1, backward: 1)

  /// It has no options.
  public init() {}
}
