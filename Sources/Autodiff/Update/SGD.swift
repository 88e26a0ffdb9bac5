/// Stochastic gradient descent, with momentum where asked for.
///
///     g ← g + λ w        m ← μ m + (1 - τ) g   (at the first update: m ← g)
///     w ← w - γ m        with Nesterov: w ← w - γ (g + μ m)
///
/// with γ the learning rate, λ the weight decay, μ the momentum, τ the dampening.
/// `torch.optim.SGD`; Sutskever, Martens, Dahl and Hinton (2013).
public struct SGD: UpdateRule {
  /// μ.
  public var momentum: Float
  /// τ.
  public var dampening: Float
  /// Whether the step looks ahead.
  public var isNesterov: Bool
  /// λ.
  public var weightDecay: Float

  /// Plain descent, unless more is asked for.
  public init(
    momentum: Float = 0, dampening: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0
  ) {
    self.momentum = momentum
    self.dampening = dampening
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  public var stateCount: Int { momentum == 0 ? 0 : 1 }

  public func update(_ call: UpdateCall) -> UpdateSums {
    let rate = Float(call.learningRate)
    let (decay, momentum) = (weightDecay, momentum)
    if momentum == 0 {
      return call.forEachLane(states: 0) { w, g, _, _, _ in w - rate * (g + decay * w) }
    }
    let keep = call.update == 1 ? Float(0) : momentum
    let share = call.update == 1 ? Float(1) : 1 - dampening
    if isNesterov {
      return call.forEachLane(states: 1) { w, g, m, _, _ in
        let g = g + decay * w
        m = keep * m + share * g
        return w - rate * (g + momentum * m)
      }
    }
    return call.forEachLane(states: 1) { w, g, m, _, _ in
      m = keep * m + share * (g + decay * w)
      return w - rate * m
    }
  }
}
