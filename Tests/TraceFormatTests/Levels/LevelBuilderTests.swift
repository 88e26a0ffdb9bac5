import Testing

@testable import TraceFormat

@Suite struct LevelBuilderTests {
  /// All summaries of `steps`, with the values of `loss`.
  private func summaries(_ steps: some Sequence<UInt64>, loss: (UInt64) -> Double) -> [Summary] {
    var builder = LevelBuilder()
    var summaries: [Summary] = []
    for index in steps {
      var step = Step()
      step.index = index
      step.loss = loss(index)
      builder.add(step) { summaries.append($0) }
    }
    builder.finish { summaries.append($0) }
    return summaries.filter { $0.kind == SeriesKind.loss.rawValue }
  }

  private func blocks(_ summaries: [Summary], stride: UInt32) -> [(UInt64, UInt32, Float, Float)] {
    summaries.filter { $0.stride == stride }.flatMap { summary in
      (0..<Int(summary.blocks)).map { row in
        (
          summary.firstStep + UInt64(row) * UInt64(stride), summary.count[row],
          summary.minimum[row], summary.maximum[row]
        )
      }
    }
  }

  @Test(arguments: LevelBuilder.strides) func eachLevelCoversAllSteps(stride: UInt64) {
    let steps: UInt64 = 70_000
    let all = blocks(summaries(0..<steps) { Double($0) }, stride: UInt32(stride))
    #expect(all.count == Int((steps + stride - 1) / stride))
    for (index, block) in all.enumerated() {
      let (first, last) = (UInt64(index) * stride, min(steps, UInt64(index + 1) * stride) - 1)
      #expect(block.0 == first)
      #expect(block.1 == UInt32(last - first + 1))
      #expect(block.2 == Float(first) && block.3 == Float(last))
    }
  }

  @Test func summariesComeAsTheyFill() {
    var builder = LevelBuilder()
    var count = 0
    for index in 0...1024 as ClosedRange<UInt64> {
      var step = Step()
      step.index = index
      builder.add(step) { summary in
        count += 1
        #expect(summary.blocks == 64 && summary.stride == 16 && summary.firstStep == 0)
      }
      #expect(index == 1024 ? count > 0 : count == 0)
    }
  }

  @Test func levelsWithASingleBlockAreNotWritten() {
    #expect(summaries(0..<16) { _ in 1 }.isEmpty)
    #expect(Set(summaries(0..<17) { _ in 1 }.map(\.stride)) == [16])
    #expect(Set(summaries(0..<257) { _ in 1 }.map(\.stride)) == [16, 256])
  }

  @Test func stepsThatAreMissingLeaveEmptyBlocks() {
    let all = blocks(summaries([0, 5, 100, 101, 9000]) { Double($0) }, stride: 16)
    #expect(all.map(\.0) == [0, 16, 32, 48, 64, 80, 96, 8992])
    #expect(all.map(\.1) == [2, 0, 0, 0, 0, 0, 2, 1])
  }

  @Test func nonFiniteValuesAreCountedApart() {
    let one = summaries(0..<32) { $0 == 3 ? .nan : $0 == 4 ? .infinity : 2 }[0]
    #expect(one.count == [16, 16] && one.nonFinite == [2, 0])
    #expect(one.minimum == [2, 2] && one.mean == [2, 2] && one.maximum == [2, 2])
  }

  @Test func aProducerThatStartsOverIsFoldedAnew() {
    let all = blocks(summaries(Array(0..<40) + Array(8..<20)) { Double($0) }, stride: 16)
    #expect(all.map(\.0) == [0, 16, 32, 0, 16])
    #expect(all.map(\.1) == [16, 16, 8, 8, 4])
  }

  @Test func aNodeThatComesLaterGetsItsRows() {
    var builder = LevelBuilder()
    var summaries: [Summary] = []
    for index in 0..<64 as Range<UInt64> {
      var step = Step()
      step.index = index
      step.ops.node = index < 40 ? [7] : [9, 7]
      step.ops.phase = index < 40 ? [0] : [0, 0]
      step.ops.duration = index < 40 ? [10] : [20, 10]
      builder.add(step) { summaries.append($0) }
    }
    builder.finish { summaries.append($0) }
    let ops = summaries.filter { $0.kind == SeriesKind.forwardOpTime.rawValue }
    #expect(ops.map(\.id) == [[7], [7, 9]])
    #expect(ops.map(\.firstStep) == [0, 32])
    #expect(ops[1].mean == [10, 20, 10, 20])
    #expect(ops[1].count == [16, 8, 16, 16])
  }
}
