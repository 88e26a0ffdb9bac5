import Testing

@testable import TraceFormat

@Suite struct TraceIndexTests {
  @Test func namesTheChunksOfAClosedTrace() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<20, stepsPerChunk: 4))
    let source = try TraceFile(path: file.path)
    let told = Told(polling: source)
    let index = try #require(try TraceIndex(path: file.path))
    #expect(index.steps == 20)
    #expect(index.chunks.map(\.hasNames) == [true] + Array(repeating: false, count: 6) + [true])
    let spans = index.chunks.map { $0.steps?.stride }
    #expect(spans == [nil] + Array(repeating: 1, count: 5) + [16, nil])
    #expect(index.chunks[2].steps?.steps == 4...7)
    #expect(index.chunks[6].steps?.steps == 0...31)
    let locations = index.chunks.filter(\.hasSteps).map(\.location)
    #expect(locations == stride(from: 0, to: 20, by: 4).map { told.locations[$0] })
    #expect(try source.items(in: locations[3]).count == 4)
  }

  @Test func isNilForATraceThatWasNotClosed() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<20, closes: false))
    #expect(try TraceIndex(path: file.path) == nil)
  }

  @Test func isNilWhereTheSummaryIsDamaged() throws {
    let bytes = SampleTrace.bytes(steps: 0..<4)
    let file = TemporaryFile(bytes)
    for byte in (bytes.count - 400)..<bytes.count {
      file.overwrite(byte, with: bytes[byte] ^ 2)
      #expect(try TraceIndex(path: file.path) == nil, "byte \(byte)")
      file.overwrite(byte, with: bytes[byte])
    }
  }
}
