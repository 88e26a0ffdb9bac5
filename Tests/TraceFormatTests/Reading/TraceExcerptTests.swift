import Testing

@testable import TraceFormat

@Suite struct TraceExcerptTests {
  /// Chunks of two steps each.
  private static let bytes = SampleTrace.bytes(steps: 0..<20)

  private func told(_ file: TraceFile, _ steps: ClosedRange<UInt64>) throws -> Told {
    let excerpt = try #require(TraceExcerpt(file, steps: steps))
    let told = Told(polling: excerpt, limit: 2)
    #expect(excerpt.state == .closed)
    return told
  }

  @Test func tellsOfTheChunksThatHoldTheSteps() throws {
    let file = TemporaryFile(Self.bytes)
    let source = try TraceFile(path: file.path)
    let told = try told(source, 5...12)
    #expect(told.steps.map(\.index) == Array(4...13))
    #expect(told.steps.first == SampleTrace.step(4))
    #expect(told.runs == [SampleTrace.run] && told.graphs == [SampleTrace.graph()])
    #expect(told.gaps.isEmpty)
    #expect(try self.told(source, 20...30).steps.isEmpty)
  }

  @Test func readsNothingElse() throws {
    let file = TemporaryFile(Self.bytes)
    let source = try TraceFile(path: file.path)
    let whole = Told(polling: try TraceFile(path: file.path))
    for location in Set(whole.locations) where location != whole.locations[6] {
      file.overwrite(Int(location.offset + location.length / 2), with: 0xff)
    }
    let told = try told(source, 6...7)
    #expect(told.steps.map(\.index) == [6, 7] && told.gaps.isEmpty)
  }

  @Test func aDamagedChunkIsAGap() throws {
    let file = TemporaryFile(Self.bytes)
    let whole = Told(polling: try TraceFile(path: file.path))
    let damaged = whole.locations[6]
    let middle = Int(damaged.offset + damaged.length / 2)
    file.overwrite(middle, with: Self.bytes[middle] ^ 1)
    let told = try told(try TraceFile(path: file.path), 4...9)
    #expect(told.steps.map(\.index) == [4, 5, 8, 9])
    #expect(told.gaps.map(\.bytes) == [damaged.offset..<damaged.offset + damaged.length])
    #expect(told.gaps.map(\.steps) == [6...7])
  }

  @Test func isNilWhereStepsAreMissing() throws {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    for index: UInt64 in [0, 1, 5, 6] {
      writer.write(step: SampleTrace.step(index), now: 0)
      writer.flush()
    }
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    #expect(TraceExcerpt(try TraceFile(path: file.path), steps: 0...6) == nil)
  }

  @Test func isNilWhereTheTraceWasNotClosed() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<20, closes: false))
    #expect(TraceExcerpt(try TraceFile(path: file.path), steps: 0...6) == nil)
  }
}
