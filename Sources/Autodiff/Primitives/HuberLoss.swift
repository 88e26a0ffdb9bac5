/// Squared where the difference is small, straight where it is large, so that outliers pull less.
///
///     l = d²/2 where |d| ≤ δ, else δ (|d| - δ/2),  d = y - t
///     ∂y = ∂L · 1/n (d where |d| ≤ δ, else δ sign(d))
///
/// with n = 1 for the sum. Huber (1964); `torch.nn.HuberLoss`.
public struct HuberLoss: PairLoss {
  public static let name = "HuberLoss"

  public var rule: Rule {
    let n = averages ? "1/n " : ""
    return Rule("L = \(n)Σ huber(y - t)", backward: "∂y = ∂L · \(n)clamp(y - t, ±δ)")
  }

  /// Whether the sum is divided by the number of elements.
  public let averages: Bool
  /// δ.
  public let delta: Float

  let costPerElement = Cost(forward: 5, backward: 3)

  /// Operands are the output and the target.
  public init(averages: Bool = true, delta: Float = 1) {
    self.averages = averages
    self.delta = delta
  }

  func value(_ y: Float, _ t: Float) -> Float {
    let d = abs(y - t)
    return d <= delta ? d * d / 2 : delta * (d - delta / 2)
  }

  func slopes(_ y: Float, _ t: Float) -> (Float, Float) {
    let slope = max(-delta, min(delta, y - t))
    return (slope, -slope)
  }
}
