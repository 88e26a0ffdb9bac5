import Testing

@testable import TraceFormat

@Suite struct TraceInfoTests {
  /// Loss, learning rate, time and samples of a step, and times of forward and backward ops.
  private static let summaries = 6

  @Test func saysWhatIsInAClosedTrace() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 3..<20, stepsPerChunk: 4))
    let info = try TraceInfo(path: file.path)
    #expect(info.bytes == UInt64(file.bytes.count))
    #expect(info.chunks == 1 + 5 + 1 + 1)
    #expect(info.steps == 17)
    #expect(info.messages == 17 + 2 * 2 + Self.summaries)
    #expect(info.firstStep == 3)
    #expect(info.lastStep == 19)
    #expect(info.firstTime == SampleTrace.origin)
    #expect(info.lastTime == SampleTrace.origin + 19_900_000)
    #expect(info.compressedBytes < info.uncompressedBytes)
    #expect(info.gaps == [])
    #expect(info.ended)
    #expect(info.incompleteBytes == 0)
    #expect(info.run == SampleTrace.run)
    #expect(info.graph == SampleTrace.graph())
  }

  @Test func countsTheBytesBehindTheLastWholeChunkOfATraceCutOff() throws {
    let bytes = SampleTrace.bytes(steps: 0..<20, closes: false)
    let file = TemporaryFile(Array(bytes.dropLast(10)))
    let info = try TraceInfo(path: file.path)
    #expect(!info.ended)
    #expect(info.steps == 18)
    #expect(info.lastStep == 17)
    #expect(info.gaps == [])
    #expect(info.incompleteBytes > 100 && info.incompleteBytes < 1_000)
  }

  @Test func tellsTheGapOfADamagedChunk() throws {
    var bytes = SampleTrace.bytes(steps: 0..<20)
    let file = TemporaryFile(bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    let middle = told.locations[10]
    bytes[Int(middle.offset + middle.length / 2)] ^= 4
    file.write(bytes)
    let info = try TraceInfo(path: file.path)
    #expect(info.steps == 18)
    #expect(info.gaps.map(\.reason) == ["the checksum of a chunk does not match"])
    #expect(info.gaps.allSatisfy { $0.bytes.contains(middle.offset) })
    #expect(info.gaps.map(\.steps) == [10...11])
  }

  @Test func tellsWhichStepsAGapAtTheBeginningCost() throws {
    var bytes = SampleTrace.bytes(steps: 0..<20, stepsPerChunk: 5)
    let file = TemporaryFile(bytes)
    let first = Told(polling: try TraceFile(path: file.path)).locations[0]
    bytes[Int(first.offset + first.length / 2)] ^= 4
    file.write(bytes)
    #expect(try TraceInfo(path: file.path).gaps.map(\.steps) == [0...4])
  }

  @Test func aGapBetweenStepsThatAreAllThereHasNone() throws {
    var bytes = SampleTrace.bytes(steps: 0..<20)
    let marker = try #require(bytes.ranges(of: Marker.bytes).dropFirst(5).first?.lowerBound)
    bytes[marker + 20] ^= 4
    let file = TemporaryFile(bytes)
    let info = try TraceInfo(path: file.path)
    #expect(info.gaps.map(\.reason) == ["a marker is damaged"])
    #expect(info.gaps.map(\.steps) == [nil])
  }
}
