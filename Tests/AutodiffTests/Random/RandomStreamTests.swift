import Autodiff
import Testing

@Suite struct RandomStreamTests {
  private func numbers(_ count: Int, _ make: (inout RandomStream) -> Float) -> [Double] {
    var stream = RandomStream(seed: 5, name: "numbers")
    return (0..<count).map { _ in Double(make(&stream)) }
  }

  private func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
  }

  @Test func dependsOnSeedAndNameAlone() {
    func first(_ seed: UInt64, _ name: String) -> [UInt32] {
      var stream = RandomStream(seed: seed, name: name)
      return (0..<9).map { _ in stream.next() }
    }
    #expect(first(1, "a") == first(1, "a"))
    #expect(first(1, "a") != first(1, "b"))
    #expect(first(1, "a") != first(2, "a"))
  }

  @Test func uniformNumbersFillTheirRange() {
    let x = numbers(40_000) { $0.uniform(-1, 3) }
    #expect(x.allSatisfy { $0 >= -1 && $0 < 3 })
    let (mean, variance) = moments(x)
    // Five standard errors of mean and variance.
    #expect(abs(mean - 1) < 5 * (16.0 / 12 / 40_000).squareRoot())
    #expect(abs(variance - 16.0 / 12) < 0.04)
  }

  @Test func normalNumbersHaveMean0AndVariance1() {
    let x = numbers(40_000) { $0.normal() }
    let (mean, variance) = moments(x)
    #expect(abs(mean) < 0.025)
    #expect(abs(variance - 1) < 0.04)
    let beyond = Double(x.count { abs($0) > 1.96 }) / 40_000
    #expect(abs(beyond - 0.05) < 0.006)
  }

  @Test func indicesAreEquallyLikely() {
    var stream = RandomStream(seed: 5, name: "indices")
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.index(below: 7)] += 1 }
    // χ² with 6 degrees of freedom exceeds 22.5 once in a thousand.
    let chi = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chi < 22.5)
  }

  @Test func shufflingKeepsEveryItem() {
    var stream = RandomStream(seed: 5, name: "shuffle")
    var items = (0..<100).map { Int32($0) }
    items.withUnsafeMutableBufferPointer { stream.shuffle($0) }
    #expect(items != (0..<100).map { Int32($0) })
    #expect(items.sorted() == (0..<100).map { Int32($0) })
  }
}
