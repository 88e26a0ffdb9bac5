/// The mean (or sum) of squared differences.
///
///     L = 1/n Σ (y - t)²        ∂y = ∂L · 2/n (y - t)
///
/// with n = 1 for the sum. `torch.nn.MSELoss`.
public struct MSELoss: PairLoss {
  public static let name = "MSELoss"

  public var rule: Rule {
    let n = averages ? "1/n " : ""
    return Rule("L = \(n)Σ (y - t)²", backward: "∂y = ∂L · \(n)2 (y - t)")
  }

  /// Whether the sum is divided by the number of elements.
  public let averages: Bool

  let costPerElement = Cost(forward: 3, backward: 2)

  /// Operands are the output and the target.
  public init(averages: Bool = true) { self.averages = averages }

  func value(_ y: Float, _ t: Float) -> Float { (y - t) * (y - t) }

  func slopes(_ y: Float, _ t: Float) -> (Float, Float) {
    let slope = 2 * (y - t)
    return (slope, -slope)
  }
}
