/// The mean (or sum) of absolute differences.
///
///     L = 1/n Σ |y - t|        ∂y = ∂L · 1/n sign(y - t)
///
/// with n = 1 for the sum; the sign of 0 is 0. `torch.nn.L1Loss`.
public struct L1Loss: PairLoss {
  public static let name = "L1Loss"

  public var rule: Rule {
    let n = averages ? "1/n " : ""
    return Rule("L = \(n)Σ |y - t|", backward: "∂y = ∂L · \(n)sign(y - t)")
  }

  /// Whether the sum is divided by the number of elements.
  public let averages: Bool

  let costPerElement = Cost(forward: 2, backward: 2)

  /// Operands are the output and the target.
  public init(averages: Bool = true) { self.averages = averages }

  func value(_ y: Float, _ t: Float) -> Float { abs(y - t) }

  func slopes(_ y: Float, _ t: Float) -> (Float, Float) {
    let slope: Float = y > t ? 1 : (y < t ? -1 : (y - t) * 0)
    return (slope, -slope)
  }
}
