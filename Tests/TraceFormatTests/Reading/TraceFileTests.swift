import Testing

@testable import TraceFormat

@Suite struct TraceFileTests {
  @Test func tellsWhatWasWritten() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<20))
    let source = try TraceFile(path: file.path)
    let told = Told(polling: source)
    #expect(told.runs == [SampleTrace.run])
    #expect(told.graphs == [SampleTrace.graph()])
    #expect(told.steps == (0..<20).map { SampleTrace.step($0) })
    #expect(told.gaps == [])
    #expect(source.state == .closed)
    #expect(source.bytesRead == UInt64(file.bytes.count))
  }

  @Test func readsAChunkAgain() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<20, stepsPerChunk: 4))
    let source = try TraceFile(path: file.path)
    let told = Told(polling: source)
    let again = try source.items(in: told.locations[9])
    #expect(again == (8..<12).map { .step(SampleTrace.step($0), in: told.locations[9]) })
  }

  @Test func refusesALocationThatIsNoChunk() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<2))
    let source = try TraceFile(path: file.path)
    for location in [
      ChunkLocation(offset: 5, length: 90), ChunkLocation(offset: .max, length: .max),
      ChunkLocation(offset: 0, length: .max), ChunkLocation(offset: 1 << 40, length: 10),
      ChunkLocation(offset: 0, length: 0),
    ] {
      #expect(throws: TraceReadError.damaged(offset: location.offset, reason: "there is no chunk"))
      {
        try source.items(in: location)
      }
    }
  }

  @Test func pollsAtMostAboutTheLimit() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<200, stepsPerChunk: 1))
    let source = try TraceFile(path: file.path)
    #expect(source.poll(limit: 5).count < 10)
  }

  @Test func namesAFileThatIsNotThere() {
    #expect(throws: TraceReadError.system(call: "open", path: "/nowhere/x.mcap", code: 2)) {
      try TraceFile(path: "/nowhere/x.mcap")
    }
  }

  @Test func refusesAFileThatIsNoTrace() {
    let file = TemporaryFile(Array("{\"layers\": []}".utf8))
    #expect(throws: TraceReadError.notATrace(path: file.path)) { try TraceFile(path: file.path) }
  }

  @Test func refusesADirectory() {
    #expect(throws: TraceReadError.system(call: "read", path: "/tmp", code: 21)) {
      try TraceFile(path: "/tmp")
    }
  }
}
