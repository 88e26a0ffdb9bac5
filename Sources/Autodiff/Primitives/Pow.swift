/// Raises each element to a fixed power.
///
///     y = xⁿ        ∂x = ∂y ∘ n xⁿ⁻¹
///
/// `torch.pow` with a number as exponent.
public struct Pow: Activation {
  public static let name = "Pow"

  public var rule: Rule {
    let n = Int(exactly: exponent).map { "\($0)" } ?? "\(exponent)"
    return Rule("y = x^\(n)", backward: "∂x = ∂y · \(n) x^(\(n)-1)")
  }

  /// n.
  public var exponent: Float

  var function: Elementwise { .power(exponent) }
  let costPerElement = Cost(forward: 1, backward: 3)

  /// x to the power of `exponent`.
  public init(exponent: Float) { self.exponent = exponent }
}
