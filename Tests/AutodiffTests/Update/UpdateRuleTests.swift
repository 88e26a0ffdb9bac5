import Testing

@testable import Autodiff

/// Each rule against its formula, element by element in Double.
@Suite struct UpdateRuleTests {
  /// 1 to 9 elements and more: whole vectors, remainders, both.
  static let counts = [1, 7, 8, 9, 31, 4097]

  /// Updates of one parameter with made-up gradients, by a rule and by a formula.
  private func compare(
    _ rule: any UpdateRule, count: Int, rate: Double = 0.01,
    _ formula: (
      _ w: Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ u: inout Double, _ t: Int
    ) -> Double
  ) {
    var stream = RandomStream(seed: 2, name: "updates")
    var w = (0..<count).map { _ in stream.normal() }
    var states = Array(repeating: Array(repeating: rule.stateStart, count: count), count: 3)
    let start = Double(rule.stateStart)
    var expected = w.map { (w: Double($0), m: start, v: start, u: start) }
    for time in 1...5 {
      let g = (0..<count).map { _ in stream.normal() }
      let before = w
      let sums = update(rule, &w, g, &states, rate: rate, time: time)
      for i in 0..<count {
        var element = expected[i]
        element.w = formula(element.w, Double(g[i]), &element.m, &element.v, &element.u, time)
        expected[i] = element
        #expect(abs(Double(w[i]) - expected[i].w) < 2e-6 * max(1, abs(expected[i].w)))
      }
      #expect(abs(sums.gradient.squareRoot() - norm(g)) < 1e-5 * norm(g))
      #expect(abs(sums.weight.squareRoot() - norm(before)) < 1e-5 * norm(before))
      let change = zip(w, before).map { $0 - $1 }
      #expect(abs(sums.change.squareRoot() - norm(change)) < 1e-5 * norm(change))
    }
  }

  private func update(
    _ rule: any UpdateRule, _ w: inout [Float], _ g: [Float], _ states: inout [[Float]],
    rate: Double, time: Int, scale: Float = 1, limit: Float = .infinity
  ) -> UpdateSums {
    let count = w.count
    let tensors = (0..<5).map { _ in UnsafeMutablePointer<Float>.allocate(capacity: count) }
    defer { for tensor in tensors { tensor.deallocate() } }
    for (tensor, numbers) in zip(tensors, [w, g] + states) {
      tensor.initialize(from: numbers, count: count)
    }
    defer {
      w = Array(UnsafeBufferPointer(start: tensors[0], count: count))
      states = tensors.dropFirst(2).map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
    return rule.update(
      UpdateCall(
        weights: tensors[0], gradient: UnsafePointer(tensors[1]), first: tensors[2],
        second: tensors[3], third: tensors[4], count: count, learningRate: rate, update: time,
        gradientScale: scale, gradientLimit: limit))
  }

  @Test(arguments: counts) func plainDescent(_ count: Int) {
    compare(SGD(weightDecay: 0.1), count: count) { w, g, _, _, _, _ in w - 0.01 * (g + 0.1 * w) }
  }

  @Test(arguments: counts) func momentumWithDampening(_ count: Int) {
    compare(SGD(momentum: 0.9, dampening: 0.3, weightDecay: 0.1), count: count) {
      w, g, m, _, _, t in
      let g = g + 0.1 * w
      m = t == 1 ? g : 0.9 * m + 0.7 * g
      return w - 0.01 * m
    }
  }

  @Test(arguments: counts) func nesterov(_ count: Int) {
    compare(SGD(momentum: 0.8, isNesterov: true), count: count) { w, g, m, _, _, t in
      m = t == 1 ? g : 0.8 * m + g
      return w - 0.01 * (g + 0.8 * m)
    }
  }

  @Test(arguments: counts) func adam(_ count: Int) {
    compare(Adam(weightDecay: 0.1), count: count) { w, g, m, v, _, t in
      let g = g + 0.1 * w
      return adamStep(w, g, &m, &v, t)
    }
  }

  @Test(arguments: counts) func adamW(_ count: Int) {
    compare(Adam(weightDecay: 0.1, isDecoupled: true), count: count) { w, g, m, v, _, t in
      adamStep(w - 0.01 * 0.1 * w, g, &m, &v, t)
    }
  }

  @Test(arguments: counts) func rmsProp(_ count: Int) {
    compare(RMSprop(alpha: 0.9, weightDecay: 0.1), count: count) { w, g, v, _, _, _ in
      let g = g + 0.1 * w
      v = 0.9 * v + 0.1 * g * g
      return w - 0.01 * g / (v.squareRoot() + 1e-8)
    }
  }

  @Test(arguments: counts) func rmsPropWithMomentum(_ count: Int) {
    compare(RMSprop(alpha: 0.9, momentum: 0.8), count: count) { w, g, v, m, _, _ in
      v = 0.9 * v + 0.1 * g * g
      m = 0.8 * m + g / (v.squareRoot() + 1e-8)
      return w - 0.01 * m
    }
  }

  @Test(arguments: counts) func centeredRMSProp(_ count: Int) {
    // ε keeps the first steps, in which the variance is nearly 0, well conditioned.
    let rule = RMSprop(alpha: 0.5, epsilon: 0.1, momentum: 0.8, isCentered: true)
    compare(rule, count: count) { w, g, v, m, a, _ in
      v = 0.5 * v + 0.5 * g * g
      a = 0.5 * a + 0.5 * g
      m = 0.8 * m + g / ((v - a * a).squareRoot() + 0.1)
      return w - 0.01 * m
    }
  }

  @Test(arguments: counts) func adagrad(_ count: Int) {
    let rule = Adagrad(rateDecay: 0.3, weightDecay: 0.1, stateStart: 0.5)
    compare(rule, count: count) { w, g, v, _, _, t in
      let g = g + 0.1 * w
      v += g * g
      return w - 0.01 / (1 + Double(t - 1) * 0.3) * g / (v.squareRoot() + 1e-10)
    }
  }

  private func adamStep(
    _ w: Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ t: Int
  ) -> Double {
    func power(_ x: Double) -> Double { (0..<t).reduce(1) { product, _ in product * x } }
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    let denominator = v.squareRoot() / (1 - power(0.999)).squareRoot() + 1e-8
    return w - 0.01 / (1 - power(0.9)) * m / denominator
  }

  @Test func scaleComesBeforeLimit() {
    var w: [Float] = [0, 0, 0]
    var states = Array(repeating: [Float](repeating: 0, count: 3), count: 3)
    let g: [Float] = [1, 4, -40]
    let sums = update(SGD(), &w, g, &states, rate: 1, time: 1, scale: 0.5, limit: 1.5)
    #expect(w == [-0.5, -1.5, 1.5])
    #expect(sums.gradient == 1617, "before clipping")
  }

  @Test func statesAreAsManyAsTheRuleNeeds() {
    #expect(SGD().stateCount == 0)
    #expect(SGD(momentum: 0.9).stateCount == 1)
    #expect(Adam().stateCount == 2)
    #expect(Adagrad().stateCount == 1)
    #expect(RMSprop().stateCount == 1)
    #expect(RMSprop(momentum: 0.9).stateCount == 2)
    #expect(RMSprop(isCentered: true).stateCount == 3)
  }
}
