import Testing

@testable import Autodiff

/// Sums over lines against plain ones in Double.
@Suite struct LineSumsTests {
  @Test(arguments: [0, 1, 7, 8, 9, 1023, 1024, 5000])
  func areThePlainSums(count: Int) {
    var stream = RandomStream(seed: 1, name: "line sums")
    func line() -> [Float] { (0..<count).map { _ in stream.uniform(0.5, 1.5) } }
    let (a, b, c) = (line(), line(), line())
    func expectSum(_ sum: Double, _ term: (Int) -> Double) {
      let expected = (0..<count).reduce(0) { $0 + term($1) }
      #expect(abs(sum - expected) <= 1e-6 * expected)
    }
    let (x, y, z) = (a.map { Double($0) }, b.map { Double($0) }, c.map { Double($0) })
    expectSum(LineSums.sum(a, count: count)) { x[$0] }
    expectSum(LineSums.squares(a, count: count)) { x[$0] * x[$0] }
    expectSum(LineSums.dot(a, b, count: count)) { x[$0] * y[$0] }
    expectSum(LineSums.dot(a, b, c, count: count)) { x[$0] * y[$0] * z[$0] }
    expectSum(LineSums.deviations(a, from: -1, count: count)) { (x[$0] + 1) * (x[$0] + 1) }
    expectSum(LineSums.dot(a, b, from: -2, count: count)) { x[$0] * (y[$0] + 2) }
  }
}
