internal import COneDNN

/// Steps divided by the root of the sum of all squared gradients so far.
///
///     g ← g + λ w        v ← v + g²        w ← w - γ/(1 + (t - 1) η) · g / (√v + ε)
///
/// with γ the learning rate, η its decay, λ the weight decay, t the number of the update.
/// Duchi, Hazan and Singer (2011); `torch.optim.Adagrad`.
public struct Adagrad: UpdateRule {
  /// η.
  public var rateDecay: Double
  /// λ.
  public var weightDecay: Float
  /// v before the first update.
  public var stateStart: Float
  /// ε.
  public var epsilon: Float

  /// PyTorch's defaults.
  public init(
    rateDecay: Double = 0, weightDecay: Float = 0, stateStart: Float = 0, epsilon: Float = 1e-10
  ) {
    self.rateDecay = rateDecay
    self.weightDecay = weightDecay
    self.stateStart = stateStart
    self.epsilon = epsilon
  }

  public var stateCount: Int { 1 }

  public func update(_ call: UpdateCall) -> UpdateSums {
    let rate = Float(call.learningRate / (1 + Double(call.update - 1) * rateDecay))
    let (decay, epsilon) = (weightDecay, self.epsilon)
    return call.forEachLane(states: 1) { w, g, v, _, _ in
      let g = g + decay * w
      v += g * g
      return w - rate * g / (gradtop_square_root(v) + epsilon)
    }
  }
}
