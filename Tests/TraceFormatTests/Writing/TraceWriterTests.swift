import Testing

@testable import TraceFormat

@Suite struct TraceWriterTests {
  private static let milliseconds: UInt64 = 1_000_000

  @Test func writesAChunkWhenItIsDue() {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    let before = output.bytes.count
    writer.write(step: SampleTrace.step(0), now: 5 * Self.milliseconds)
    writer.flushIfDue(now: 104 * Self.milliseconds)
    #expect(output.bytes.count == before)
    writer.flushIfDue(now: 105 * Self.milliseconds)
    #expect(output.bytes.count > before)
  }

  @Test func saysWhenAChunkIsDue() {
    let writer = TraceWriter(output: MemoryOutput(), run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    #expect(writer.timeUntilDue(now: 0) == nil)
    writer.write(step: SampleTrace.step(0), now: 5 * Self.milliseconds)
    #expect(writer.timeUntilDue(now: 0) == 100 * Self.milliseconds)
    #expect(writer.timeUntilDue(now: 25 * Self.milliseconds) == 80 * Self.milliseconds)
    #expect(writer.timeUntilDue(now: 500 * Self.milliseconds) == 0)
    writer.flushIfDue(now: 105 * Self.milliseconds)
    #expect(writer.timeUntilDue(now: 105 * Self.milliseconds) == nil)
  }

  @Test func findingsStandBetweenTheSteps() throws {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    var finding = FindingRecord()
    (finding.rule, finding.severity, finding.isOpen) = ("vanishing_gradient", "error", true)
    writer.write(step: SampleTrace.step(0), now: 0)
    writer.write(finding: finding, now: 0)
    writer.write(step: SampleTrace.step(1), now: 0)
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.findings == [finding])
    #expect(told.steps.count == 2)
    #expect(told.gaps.isEmpty)
  }

  @Test func writesAChunkWhenItIsFull() throws {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.writesLevels = false
    let writer = TraceWriter(output: output, run: SampleTrace.run, options: options)
    for index in 0..<900 {
      writer.write(step: SampleTrace.step(UInt64(index), opCount: 200), now: 0)
    }
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    let info = try TraceInfo(path: file.path)
    let perChunk = Double(info.uncompressedBytes) / Double(info.chunks)
    #expect(perChunk > 200 * 1024 && perChunk < 257 * 1024)
  }

  /// A step that closes a full chunk waits while the summaries behind that chunk are written.
  @Test(arguments: [3_000, 10_000, 50_000]) func noStepIsLostWhereLevelsFill(chunkBytes: Int) throws
  {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.chunkBytes = chunkBytes
    let writer = TraceWriter(output: output, run: SampleTrace.run, options: options)
    writer.write(graph: SampleTrace.graph(), now: 0)
    let steps = (0..<2_500).map { SampleTrace.step($0) }
    for step in steps { writer.write(step: step, now: 0) }
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps == steps)
    #expect(told.gaps.isEmpty)
  }

  @Test func givesALargeMessageAChunkOfItsOwn() throws {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    let sizes = [10, 100_000, 10]
    for (index, size) in sizes.enumerated() {
      writer.write(step: SampleTrace.step(UInt64(index), opCount: size), now: 0)
    }
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.map(\.ops.node.count) == sizes)
    #expect(Set(told.locations).count == 3)
  }

  @Test func repeatsTheNamesAfterSoManyBytesAndBeforeTheEnd() throws {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.repetitionBytes = 10_000
    let writer = TraceWriter(output: output, run: SampleTrace.run, options: options)
    writer.write(graph: SampleTrace.graph(id: 1), now: 0)
    writer.write(graph: SampleTrace.graph(id: 2), now: 0)
    for index in 0..<100 {
      writer.write(step: SampleTrace.step(UInt64(index), opCount: 200), now: 0)
      writer.flush()
    }
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    let index = try #require(try TraceIndex(path: file.path))
    let named = index.chunks.filter(\.hasNames)
    #expect(named.count > 5)
    #expect(named.allSatisfy { !$0.hasSteps })
    #expect(index.chunks.last?.hasNames == true)
    let source = try TraceFile(path: file.path)
    let repeated = try source.items(in: named[3].location)
    #expect(
      repeated == [
        .run(SampleTrace.run), .graph(SampleTrace.graph(id: 1)), .graph(SampleTrace.graph(id: 2)),
      ])
    #expect(Told(polling: source).graphs.count == 2)
  }

  @Test func writesMarkerChunkAndIndexesInOneCall() {
    let output = FailingOutput(after: .max)
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    #expect(output.calls == 2)
    writer.write(step: SampleTrace.step(0), now: 0)
    writer.flush()
    #expect(output.calls == 3)
  }

  @Test func goesOnWhereTheOutputFailsAndCountsWhatIsLost() {
    let output = FailingOutput(after: 4)
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    for index in 0..<10 {
      writer.write(step: SampleTrace.step(UInt64(index)), now: 0)
      writer.flush()
    }
    writer.close(now: 0)
    #expect(writer.failure == FailingOutput.error)
    #expect(writer.lostSteps == 8)
    #expect(output.calls == 5)
  }

  @Test func tellsOfDroppedEvents() throws {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(step: SampleTrace.step(0), now: 0)
    writer.droppedEvents = 42
    writer.close(now: 0)
    let file = TemporaryFile(output.bytes)
    #expect(try TraceInfo(path: file.path).gaps.map(\.droppedEvents) == [42])
  }

  @Test func ignoresWhatComesBehindTheEnd() {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.close(now: 0)
    let bytes = output.bytes
    writer.write(step: SampleTrace.step(0), now: 0)
    writer.write(graph: SampleTrace.graph(), now: 0)
    writer.flush()
    writer.close(now: 0)
    #expect(output.bytes == bytes)
  }

  @Test func putsAnOpOnDiskInAtMostSixBytes() {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 0)
    let before = output.bytes.count
    for index in 0..<1_000 {
      writer.write(
        step: SampleTrace.step(UInt64(index), opCount: 200), now: UInt64(index) * 2_000_000)
    }
    writer.flush()
    let perOp = Double(output.bytes.count - before) / 200_000
    #expect(perOp <= 6, "\(perOp) bytes")
  }
}
