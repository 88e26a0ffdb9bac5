import SeededNumbers
import Testing

@testable import TraceSession

@Suite struct DurationHistogramTests {
  @Test func hasNoQuantileWithoutDurations() {
    #expect(DurationHistogram().quantile(0.5) == nil)
  }

  @Test func shortDurationsAreExact() {
    var histogram = DurationHistogram()
    for duration in 0..<64 as Range<UInt64> { histogram.add(duration) }
    #expect(histogram.quantile(0) == 0)
    #expect(histogram.quantile(0.5) == 31)
    #expect(histogram.quantile(1) == 63)
  }

  @Test(arguments: [64, 65, 127, 128, 1000, 123_456, 1 << 40, UInt64.max])
  func oneDurationIsFoundAgain(duration: UInt64) throws {
    var histogram = DurationHistogram()
    histogram.add(duration)
    let found = Double(try #require(histogram.quantile(0.5)))
    #expect(abs(found - Double(duration)) <= Double(duration) / 64)
  }

  @Test(arguments: [0.5, 0.95, 1])
  func quantilesAreOffByLessThanTwoPercent(quantile: Double) throws {
    var generator = SeededGenerator(seed: 3)
    var histogram = DurationHistogram()
    var durations: [UInt64] = []
    for _ in 0..<5000 {
      let magnitude = UInt64.random(in: 6...34, using: &generator)
      durations.append(UInt64.random(in: 0...(1 << magnitude), using: &generator))
    }
    for duration in durations { histogram.add(duration) }
    let rank = Int((quantile * 5000).rounded(.up)) - 1
    let exact = Double(durations.sorted()[rank])
    #expect(abs(Double(try #require(histogram.quantile(quantile))) - exact) <= exact * 0.016)
  }

  @Test func twoAddUpToOne() {
    var (left, right, both) = (DurationHistogram(), DurationHistogram(), DurationHistogram())
    for duration in [900, 50, 7_000] as [UInt64] {
      left.add(duration)
      both.add(duration)
    }
    for duration in [3, 900_000] as [UInt64] {
      right.add(duration)
      both.add(duration)
    }
    left.add(right)
    #expect(left == both)
    #expect(left.count == 5)
  }
}
