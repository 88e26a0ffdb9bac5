import Testing

@testable import TraceFormat

/// Traces that grow, end and are replaced while they are read.
@Suite struct TailTests {
  @Test(arguments: [1, 7, 100, 1_000])
  func tellsTheSameWhateverTheBytesComeIn(pieces size: Int) throws {
    let bytes = SampleTrace.bytes(steps: 0..<30)
    let file = TemporaryFile()
    let source = try TraceFile(path: file.path)
    var items: [TraceItem] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      #expect(source.state == .growing)
      file.append(bytes[start..<min(start + size, bytes.count)])
      items += source.poll(limit: 100)
    }
    #expect(source.state == .closed)
    let whole = try TraceFile(path: file.path).poll(limit: 1_000)
    #expect(items == whole)
  }

  @Test func startsOverWhereTheFileBecameShorter() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<30))
    let source = try TraceFile(path: file.path)
    _ = Told(polling: source)
    file.write(SampleTrace.bytes(steps: 5..<8))
    let told = Told(polling: source)
    #expect(told.gaps.map(\.reason) == ["the file became shorter"])
    #expect(told.runs.count == 1)
    #expect(told.steps.map(\.index) == [5, 6, 7])
  }

  @Test func startsOverWhereAnotherFileTookThePlace() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<3, closes: false))
    let source = try TraceFile(path: file.path)
    _ = Told(polling: source)
    file.replace(SampleTrace.bytes(steps: 5..<38))
    let told = Told(polling: source)
    #expect(told.gaps.map(\.reason) == ["another file took its place"])
    #expect(told.steps.map(\.index) == Array(5..<38))
    #expect(source.state == .closed)
  }

  @Test func startsOverWhereTheFileWasWrittenAnewAndIsLonger() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<3, closes: false))
    let source = try TraceFile(path: file.path)
    _ = Told(polling: source)
    var other = SampleTrace.run
    other.runID = "another"
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: other)
    for index in 0..<50 { writer.write(step: SampleTrace.step(UInt64(index)), now: 2_000) }
    writer.close(now: 2_000)
    file.write(output.bytes)
    let told = Told(polling: source)
    #expect(told.gaps.last?.reason == "the file was written anew")
    #expect(told.runs == [other])
    #expect(told.steps.suffix(50).map(\.index) == Array(0..<50))
  }

  @Test func startsOverWhereAClosedTraceWasWrittenAnewAndIsLonger() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<3))
    let source = try TraceFile(path: file.path)
    #expect(Told(polling: source).steps.count == 3)
    #expect(source.state == .closed)
    file.write(SampleTrace.bytes(steps: 3..<40, compression: .none))
    let told = Told(polling: source)
    #expect(told.gaps.last?.reason == "the file was written anew")
    #expect(told.steps.map(\.index) == Array(3..<40))
    #expect(source.state == .closed)
  }

  @Test func goesOnWhereTheFileIsRemoved() throws {
    var file: TemporaryFile? = TemporaryFile(SampleTrace.bytes(steps: 0..<3, closes: false))
    let source = try TraceFile(path: try #require(file?.path))
    file = nil
    #expect(Told(polling: source).steps.count == 3)
    #expect(source.poll(limit: 1) == [])
    #expect(source.state == .growing)
  }
}
