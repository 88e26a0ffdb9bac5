/// The natural logarithm; NaN below 0, -∞ at 0.
///
///     y = ln x        ∂x = ∂y / x
///
/// `torch.log`.
public struct Log: Activation {
  public static let name = "Log"

  public var rule: Rule { Rule("y = ln x", backward: "∂x = ∂y / x") }

  let function = Elementwise.log
  let costPerElement = Cost(forward: 5, backward: 1)

  /// It has no options.
  public init() {}
}
