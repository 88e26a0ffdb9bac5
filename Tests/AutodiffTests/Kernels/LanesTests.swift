import Glibc
import Testing

@testable import Autodiff

/// The functions that loops of ours compute, against the C library's in Double.
@Suite struct LanesTests {
  static let arguments: [Float] =
    (-4000...4000).map { Float($0) / 40 }
    + (-60...0).flatMap { power -> [Float] in
      let size = Float(sign: .plus, exponent: power, significand: 1.37)
      return [size, -size]
    }

  private func worst(
    _ arguments: [Float], _ ours: (Lanes) -> Lanes, _ theirs: (Double) -> Double
  ) -> Double {
    arguments.map { x in
      let expected = theirs(Double(x))
      return abs(Double(ours(Lanes(repeating: x))[0]) - expected) / max(abs(expected), 1e-37)
    }.max() ?? 0
  }

  @Test func exponentialIsCloseRelatively() {
    #expect(worst(Self.arguments.filter { abs($0) <= 87 }, exponential, exp) < 3e-7)
  }

  @Test func logisticIsCloseRelatively() {
    #expect(worst(Self.arguments.filter { abs($0) <= 86 }, logistic) { 1 / (1 + exp(-$0)) } < 4e-7)
  }

  @Test func hyperbolicTangentIsCloseRelatively() {
    #expect(worst(Self.arguments, hyperbolicTangent, tanh) < 5e-7)
  }

  @Test func nothingOverflowsAndNothingHidesNaN() {
    let large = Lanes(repeating: 1e30)
    #expect(exponential(large)[0].isFinite && exponential(-large)[0] > 0)
    #expect(logistic(large)[0] == 1 && logistic(-large)[0] < 1e-37)
    let limits = (hyperbolicTangent(large)[0], hyperbolicTangent(-large)[0])
    #expect(limits.0 <= 1 && limits.0 >= 1 - 0x1p-23 && limits.1 == -limits.0)
    let nan = Lanes(repeating: .nan)
    #expect(exponential(nan)[0].isNaN && logistic(nan)[0].isNaN && hyperbolicTangent(nan)[0].isNaN)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 16, 23])
  func piecesCoverEachElementOnce(_ count: Int) {
    var numbers = Array(repeating: Float(1), count: count + 8)
    numbers.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      Lanes.forEach(in: count) { at, lanes in
        (Lanes(at: start + at, count: lanes) + 1).store(at: start + at, count: lanes)
      }
    }
    #expect(numbers.prefix(count).allSatisfy { $0 == 2 })
    #expect(numbers.suffix(8).allSatisfy { $0 == 1 })
  }
}
