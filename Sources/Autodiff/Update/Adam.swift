internal import COneDNN
import Glibc

/// Adaptive moments; `AdamW` where the weight decay is decoupled.
///
///     Adam: g ← g + λ w        AdamW: w ← w - γ λ w
///     m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
///     w ← w - γ/(1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
///
/// with γ the learning rate, λ the weight decay, t the number of the update.
/// Kingma and Ba (2015), arXiv:1412.6980; Loshchilov and Hutter (2019), arXiv:1711.05101;
/// `torch.optim.Adam`, `torch.optim.AdamW`.
public struct Adam: UpdateRule {
  /// β₁.
  public var beta1: Double
  /// β₂.
  public var beta2: Double
  /// ε.
  public var epsilon: Double
  /// λ.
  public var weightDecay: Double
  /// Whether the weights decay apart from the gradient: AdamW.
  public var isDecoupled: Bool

  /// PyTorch's defaults for Adam.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    isDecoupled: Bool = false
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
  }

  public var stateCount: Int { 2 }

  public func update(_ call: UpdateCall) -> UpdateSums {
    let (rate, time) = (call.learningRate, Double(call.update))
    let step = Float(rate / (1 - pow(beta1, time)))
    let root = Float(1 / (1 - pow(beta2, time)).squareRoot())
    let (b1, b2, epsilon) = (Float(beta1), Float(beta2), Float(self.epsilon))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let shrink = isDecoupled ? Float(1 - rate * weightDecay) : 1
    let decay = isDecoupled ? 0 : Float(weightDecay)
    return call.forEachLane(states: 2) { w, g, m, v, _ in
      let g = g + decay * w
      m = b1 * m + c1 * g
      v = b2 * v + c2 * (g * g)
      return shrink * w - step * m / (gradtop_square_root(v) * root + epsilon)
    }
  }
}
