import Glibc

/// The binary cross-entropy of a target in [0, 1] and the sigmoid of an output.
///
///     l = max(y, 0) - y t + log(1 + exp(-|y|))        ∂y = ∂L · 1/n (σ(y) - t),  ∂t = -∂L · 1/n y
///
/// with n = 1 for the sum; nothing overflows. `torch.nn.BCEWithLogitsLoss`.
public struct BCEWithLogitsLoss: PairLoss {
  public static let name = "BCEWithLogitsLoss"

  public var rule: Rule {
    let n = averages ? "1/n " : ""
    return Rule(
      "L = \(n)Σ -(t log σ(y) + (1 - t) log(1 - σ(y)))", backward: "∂y = ∂L · \(n)(σ(y) - t)")
  }

  /// Whether the sum is divided by the number of elements.
  public let averages: Bool

  let classifies = true
  let costPerElement = Cost(forward: 8, backward: 6)

  /// Operands are the output and the target.
  public init(averages: Bool = true) { self.averages = averages }

  func value(_ y: Float, _ t: Float) -> Float { max(y, 0) - y * t + log1p(exp(-abs(y))) }

  func slopes(_ y: Float, _ t: Float) -> (Float, Float) {
    let small = exp(-abs(y))
    let sigmoid = (y >= 0 ? 1 : small) / (1 + small)
    return (sigmoid - t, -y)
  }
}
