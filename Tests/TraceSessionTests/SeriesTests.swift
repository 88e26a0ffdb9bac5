import SeededNumbers
import Testing

@testable import TraceSession

@Suite struct SeriesTests {
  @Test func tellsTheEndsOfWhatIsAboveZero() {
    let series = Series([5, 0, .nan, 2, -3, 8], from: 10)
    #expect(series.positiveExtremes(over: 0...100) == 2...8)
    #expect(series.positiveExtremes(over: 10...13) == 2...5)
    #expect(series.positiveExtremes(over: 11...12) == nil)
    #expect(series.positiveExtremes(over: 0...9) == nil)
    #expect(series.positiveExtremes(over: 16...20) == nil)
    #expect(Series().positiveExtremes(over: 0...9) == nil)
    // A block that reaches below 0 tells of its greatest alone.
    var short = Series(capacity: 2)
    for (step, value) in [0.5, -1, 3, 4].enumerated() {
      short.append(step: step, value: Float(value))
    }
    #expect(short.positiveExtremes(over: 0...3) == 0.5...4)
  }

  @Test func keepsEachStepWhileThereIsRoom() {
    let series = Series([3, 1, 2], from: 10)
    #expect(series.origin == 10)
    #expect(series.stride == 1)
    #expect(series.blocks.map(\.mean) == [3, 1, 2])
    #expect(series.first == 3)
    #expect(series.last == 2)
    #expect(series.lastStep == 12)
    #expect(series.minimum == 1)
    #expect(series.maximum == 3)
    #expect(series.value(at: 11) == .init(min: 1, mean: 1, max: 1, count: 1, nonFinite: 0))
    #expect(series.value(at: 9) == nil)
    #expect(series.value(at: 13) == nil)
  }

  @Test func isEmptyAtFirst() {
    let series = Series()
    #expect(series.isEmpty)
    #expect(series.first == nil)
    #expect(series.last == nil)
    #expect(series.minimum == nil)
    #expect(series.value(at: 0) == nil)
    #expect(series.resampled(to: 3, over: 0...9) == [nil, nil, nil])
    #expect(series.resampled(to: 0, over: 0...9).isEmpty)
  }

  @Test func doublesItsStrideWhereTheBlocksAreUsedUp() {
    var series = Series(capacity: 4)
    for step in 0..<5 { series.append(step: step, value: Float(step)) }
    #expect(series.stride == 2)
    #expect(series.blocks.map(\.min) == [0, 2, 4])
    #expect(series.blocks.map(\.max) == [1, 3, 4])
    #expect(series.blocks.map(\.mean) == [0.5, 2.5, 4])
    #expect(series.blocks.map(\.count) == [2, 2, 1])
  }

  @Test func aSpikeSurvivesAMillionSteps() {
    var series = Series()
    for step in 0..<1_000_000 { series.append(step: step, value: step == 123_457 ? 99 : 1) }
    #expect(series.blocks.count <= 4096)
    #expect(series.maximum == 99)
    #expect(series.value(at: 123_457)?.max == 99)
    #expect(series.value(at: 0)?.max == 1)
    let buckets = series.resampled(to: 80, over: 0...999_999)
    #expect(buckets.filter { $0?.max == 99 }.count == 1)
    #expect(buckets[123_457 * 80 / 1_000_000]?.max == 99)
  }

  @Test func countsWhatIsNotFiniteApart() {
    var series = Series(capacity: 2)
    for (step, value) in [Float.nan, 1, .infinity, -.infinity].enumerated() {
      series.append(step: step, value: value)
    }
    #expect(series.blocks.map(\.count) == [2, 2])
    #expect(series.blocks.map(\.nonFinite) == [1, 2])
    #expect(series.blocks[0].mean == 1)
    #expect(series.blocks[1].mean.isNaN)
    #expect(series.minimum == 1)
  }

  @Test func skippedStepsAreEmptyBlocks() {
    var series = Series()
    series.append(step: 0, value: 1)
    series.append(step: 3, value: 2)
    #expect(series.blocks.map(\.count) == [1, 0, 0, 1])
    #expect(series.value(at: 1) == nil)
    #expect(series.resampled(to: 4, over: 0...3).map { $0?.mean } == [1, nil, nil, 2])
  }

  @Test func aStepThatComesAgainIsMergedIntoItsBlock() {
    var series = Series([1, 2, 3])
    series.append(step: 1, value: 4)
    #expect(series.blocks.map(\.count) == [1, 2, 1])
    #expect(series.blocks[1].mean == 3)
    #expect(series.last == 3)
  }

  @Test func aStepBeforeTheFirstOneMovesTheOrigin() {
    var series = Series([1, 2], from: 5)
    series.append(step: 3, value: 9)
    #expect(series.origin == 3)
    #expect(series.blocks.map(\.count) == [1, 0, 1, 1])
    #expect(series.first == 9)
    #expect(series.firstStep == 3)
    #expect(series.last == 2)
  }

  @Test(arguments: [-1, Int.min, Int.max, 1 << 54])
  func absurdStepsAreIgnored(step: Int) {
    var series = Series([1])
    series.append(step: step, value: 2)
    #expect(series == Series([1]))
  }

  @Test func aHugeJumpStaysBounded() {
    var series = Series(capacity: 8)
    series.append(step: 0, value: 1)
    series.append(step: 1 << 53, value: 2)
    #expect(series.blocks.count <= 8)
    #expect(series.value(at: 0)?.max == 1)
    #expect(series.value(at: 1 << 53)?.max == 2)
    #expect(series.resampled(to: 2, over: 0...(1 << 53)).compactMap { $0?.count } == [1, 1])
    #expect(series.resampled(to: 2, over: 0...Int.max).count == 2)
  }

  @Test(arguments: 0..<40)
  func agreesWithANaiveReference(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var series = Series(capacity: [2, 4, 16, 64][Int(seed % 4)])
    var all: [(step: Int, value: Float)] = []
    var step = Int.random(in: 0...20, using: &generator)
    for _ in 0..<300 {
      let value: Float =
        Int.random(in: 0..<20, using: &generator) == 0
        ? .nan : Float(Int.random(in: -50...50, using: &generator))
      series.append(step: step, value: value)
      all.append((step, value))
      // Mostly on, now and then with a skip, a repetition or a step back.
      step = max(0, step + [1, 1, 1, 1, 0, 2, 9, -5].randomElement(using: &generator, or: 1))
      expectLaws(series, all)
    }
    expectBuckets(series, all, using: &generator)
  }

  private func expectLaws(_ series: Series, _ all: [(step: Int, value: Float)]) {
    let finite = all.map(\.value).filter(\.isFinite)
    #expect(series.blocks.count <= series.capacity)
    #expect(series.stride.nonzeroBitCount == 1)
    #expect(series.minimum == finite.min())
    #expect(series.maximum == finite.max())
    #expect(series.blocks.reduce(0) { $0 + Int($1.count) } == all.count)
    #expect(series.blocks.reduce(0) { $0 + Int($1.nonFinite) } == all.count - finite.count)
    let sum = series.blocks.filter { $0.finite > 0 }.reduce(0) {
      $0 + Double($1.mean) * Double($1.finite)
    }
    #expect(abs(sum - finite.reduce(0) { $0 + Double($1) }) < 0.05)
    #expect(series.lastStep == all.map(\.step).max())
    #expect(series.firstStep == all.map(\.step).min())
  }

  /// A bucket says at least what its steps say, and no more than their blocks do.
  private func expectBuckets(
    _ series: Series, _ all: [(step: Int, value: Float)], using generator: inout SeededGenerator
  ) {
    let low = Int.random(in: 0...100, using: &generator)
    let range = low...(low + Int.random(in: 0...300, using: &generator))
    let count = Int.random(in: 1...40, using: &generator)
    let buckets = series.resampled(to: count, over: range)
    #expect(buckets.count == count)
    for (step, value) in all where range.contains(step) && value.isFinite {
      let bucket = (0..<count).last { low + $0 * range.count / count <= step }
      guard let bucket, let block = buckets[bucket] else {
        Issue.record("step \(step) is in no bucket")
        continue
      }
      #expect(block.min <= value && value <= block.max)
    }
  }
}

extension Array {
  fileprivate func randomElement(using generator: inout SeededGenerator, or fallback: Element)
    -> Element
  {
    randomElement(using: &generator) ?? fallback
  }
}
