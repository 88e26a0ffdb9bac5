import Testing

@testable import TraceFormat

@Suite struct TraceInfoTests {
  @Test func saysWhatIsInAClosedTrace() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 3..<20, stepsPerChunk: 4))
    let info = try TraceInfo(path: file.path)
    #expect(info.bytes == UInt64(file.bytes.count))
    #expect(info.chunks == 1 + 5 + 1)
    #expect(info.steps == 17)
    #expect(info.messages == 17 + 2 * 2)
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
  }
}
