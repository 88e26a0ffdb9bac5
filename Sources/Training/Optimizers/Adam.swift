internal import Autodiff
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
struct Adam: UpdateRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isDecoupled = false

  let stateCount = 2

  func update(_ call: UpdateCall) -> UpdateSums {
    let (rate, time) = (call.learningRate, Double(call.update))
    let step = Float(rate / (1 - pow(beta1, time)))
    let root = Float(1 / (1 - pow(beta2, time)).squareRoot())
    let (b1, b2, epsilon) = (Float(beta1), Float(beta2), Float(self.epsilon))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let shrink = isDecoupled ? Float(1 - rate * weightDecay) : 1
    let decay = isDecoupled ? 0 : Float(weightDecay)
    return call.forEachLane(states: 2) { w, g, m, v in
      let g = g + decay * w
      m = b1 * m + c1 * g
      v = b2 * v + c2 * (g * g)
      return shrink * w - step * m / (v.squareRoot() * root + epsilon)
    }
  }
}
