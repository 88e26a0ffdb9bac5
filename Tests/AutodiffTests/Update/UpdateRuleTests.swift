import Testing

@testable import Autodiff

/// Each rule against its formula, element by element in Double.
@Suite struct UpdateRuleTests {
  /// 1 to 9 elements and more: whole vectors, remainders, both.
  static let counts = [1, 7, 8, 9, 31, 4097]

  /// Updates of one parameter with made-up gradients, by a rule and by a formula.
  private func compare(
    _ rule: any UpdateRule, count: Int, rate: Double = 0.01,
    _ formula: (_ w: Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ t: Int) -> Double
  ) {
    var stream = RandomStream(seed: 2, name: "updates")
    var (w, m, v) = (
      (0..<count).map { _ in stream.normal() }, Array(repeating: Float(0), count: count),
      Array(repeating: Float(0), count: count)
    )
    var expected = w.map { (w: Double($0), m: 0.0, v: 0.0) }
    for time in 1...5 {
      let g = (0..<count).map { _ in stream.normal() }
      let before = w
      let sums = update(rule, &w, g, &m, &v, rate: rate, time: time)
      for i in 0..<count {
        var element = expected[i]
        element.w = formula(element.w, Double(g[i]), &element.m, &element.v, time)
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
    _ rule: any UpdateRule, _ w: inout [Float], _ g: [Float], _ m: inout [Float],
    _ v: inout [Float], rate: Double, time: Int, scale: Float = 1, limit: Float = .infinity
  ) -> UpdateSums {
    let count = w.count
    return withUnsafeMutablePointer(to: &w[0]) { w in
      withUnsafeMutablePointer(to: &m[0]) { m in
        withUnsafeMutablePointer(to: &v[0]) { v in
          g.withUnsafeBufferPointer { g in
            rule.update(
              UpdateCall(
                weights: w, gradient: g.baseAddress ?? UnsafePointer(w), first: m, second: v,
                count: count, learningRate: rate, update: time, gradientScale: scale,
                gradientLimit: limit))
          }
        }
      }
    }
  }

  @Test(arguments: counts) func plainDescent(_ count: Int) {
    compare(SGD(weightDecay: 0.1), count: count) { w, g, _, _, _ in w - 0.01 * (g + 0.1 * w) }
  }

  @Test(arguments: counts) func momentumWithDampening(_ count: Int) {
    compare(SGD(momentum: 0.9, dampening: 0.3, weightDecay: 0.1), count: count) { w, g, m, _, t in
      let g = g + 0.1 * w
      m = t == 1 ? g : 0.9 * m + 0.7 * g
      return w - 0.01 * m
    }
  }

  @Test(arguments: counts) func nesterov(_ count: Int) {
    compare(SGD(momentum: 0.8, isNesterov: true), count: count) { w, g, m, _, t in
      m = t == 1 ? g : 0.8 * m + g
      return w - 0.01 * (g + 0.8 * m)
    }
  }

  @Test(arguments: counts) func adam(_ count: Int) {
    compare(Adam(weightDecay: 0.1), count: count) { w, g, m, v, t in
      let g = g + 0.1 * w
      return adamStep(w, g, &m, &v, t)
    }
  }

  @Test(arguments: counts) func adamW(_ count: Int) {
    compare(Adam(weightDecay: 0.1, isDecoupled: true), count: count) { w, g, m, v, t in
      adamStep(w - 0.01 * 0.1 * w, g, &m, &v, t)
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
    var unused: [Float] = [0]
    let g: [Float] = [1, 4, -40]
    var none: [Float] = [0]
    let sums = update(SGD(), &w, g, &unused, &none, rate: 1, time: 1, scale: 0.5, limit: 1.5)
    #expect(w == [-0.5, -1.5, 1.5])
    #expect(sums.gradient == 1617, "before clipping")
  }

  @Test func statesAreAsManyAsTheRuleNeeds() {
    #expect(SGD().stateCount == 0)
    #expect(SGD(momentum: 0.9).stateCount == 1)
    #expect(Adam().stateCount == 2)
  }
}
