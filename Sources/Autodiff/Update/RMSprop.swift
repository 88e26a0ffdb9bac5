internal import COneDNN

/// Steps divided by a running root mean square of the gradient.
///
///     g ← g + λ w        v ← α v + (1 - α) g²
///     centered: a ← α a + (1 - α) g,  d = √(v - a²) + ε;  otherwise d = √v + ε
///     w ← w - γ g / d        with momentum: m ← μ m + g / d,  w ← w - γ m
///
/// with γ the learning rate, λ the weight decay, μ the momentum. Tieleman and Hinton (2012);
/// `torch.optim.RMSprop`.
public struct RMSprop: UpdateRule {
  /// α.
  public var alpha: Float
  /// ε.
  public var epsilon: Float
  /// λ.
  public var weightDecay: Float
  /// μ.
  public var momentum: Float
  /// Whether the variance is used rather than the second moment.
  public var isCentered: Bool

  /// PyTorch's defaults.
  public init(
    alpha: Float = 0.99, epsilon: Float = 1e-8, weightDecay: Float = 0, momentum: Float = 0,
    isCentered: Bool = false
  ) {
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.isCentered = isCentered
  }

  public var stateCount: Int { isCentered ? 3 : (momentum == 0 ? 1 : 2) }

  public func update(_ call: UpdateCall) -> UpdateSums {
    let (rate, decay, keep) = (Float(call.learningRate), weightDecay, alpha)
    let (share, epsilon, momentum) = (1 - alpha, self.epsilon, self.momentum)
    if isCentered {
      return call.forEachLane(states: 3) { w, g, v, m, a in
        let g = g + decay * w
        v = keep * v + share * (g * g)
        a = keep * a + share * g
        let part = g / (gradtop_square_root(v - a * a) + epsilon)
        m = momentum * m + part
        return w - rate * m
      }
    }
    if momentum != 0 {
      return call.forEachLane(states: 2) { w, g, v, m, _ in
        let g = g + decay * w
        v = keep * v + share * (g * g)
        m = momentum * m + g / (gradtop_square_root(v) + epsilon)
        return w - rate * m
      }
    }
    return call.forEachLane(states: 1) { w, g, v, _, _ in
      let g = g + decay * w
      v = keep * v + share * (g * g)
      return w - rate * (g / (gradtop_square_root(v) + epsilon))
    }
  }
}
