import Testing

@testable import TraceFormat

@Suite struct TraceRepairTests {
  private func repair(_ bytes: [UInt8]) throws -> (bytes: [UInt8], outcome: TraceRepair.Outcome) {
    let file = TemporaryFile(bytes)
    let output = MemoryOutput()
    let (outcome, failure) = try TraceRepair.repair(path: file.path, to: output)
    #expect(failure == nil)
    return (output.bytes, outcome)
  }

  private func told(_ bytes: [UInt8]) throws -> (Told, TraceState) {
    let file = TemporaryFile(bytes)
    let source = try TraceFile(path: file.path)
    return (Told(polling: source), source.state)
  }

  @Test func aTraceThatWasCutOffIsWholeAfterwards() throws {
    let bytes = SampleTrace.bytes(steps: 0..<40, closes: false)
    let (repaired, outcome) = try repair(Array(bytes.dropLast(10)))
    #expect(outcome == TraceRepair.Outcome(steps: 38))
    let (told, state) = try told(repaired)
    #expect(state == .closed)
    #expect(told.gaps == [])
    #expect(told.runs == [SampleTrace.run] && told.graphs == [SampleTrace.graph()])
    #expect(told.steps == (0..<38).map { SampleTrace.step($0) })
  }

  /// Levels, index and statistics are those that the writer itself would have made.
  @Test func anUndamagedTraceStaysAsItIs() throws {
    let bytes = SampleTrace.bytes(steps: 0..<40)
    let (repaired, _) = try repair(bytes)
    let (before, after) = (TemporaryFile(bytes), TemporaryFile(repaired))
    let (old, new) = (
      try #require(try TraceIndex(path: before.path)),
      try #require(try TraceIndex(path: after.path))
    )
    #expect(new.steps == 40)
    #expect(new.chunks.compactMap(\.steps) == old.chunks.compactMap(\.steps))
    func summaries(_ file: TemporaryFile, _ index: TraceIndex) throws -> [Summary] {
      let source = try TraceFile(path: file.path)
      return try index.chunks.filter { $0.steps?.stride == 16 }
        .flatMap { try source.summaries(in: $0.location) }
    }
    #expect(try summaries(before, old) == summaries(after, new))
    #expect(try told(repaired).0.steps == told(bytes).0.steps)
  }

  @Test func plansStayWhereTheyCameIntoForce() throws {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph(), now: 1_000)
    var plan = PlanRecord()
    (plan.firstStep, plan.budget, plan.peak) = (2, 4096, 4000)
    for index in 0..<4 as Range<UInt64> {
      if index == 2 { writer.write(plan: plan, now: 1_000) }
      writer.write(step: SampleTrace.step(index), now: 1_000)
    }
    writer.close(now: 2_000)
    for bytes in [output.bytes, try repair(output.bytes).bytes] {
      let told = try told(bytes).0
      #expect(told.plans == [plan] && told.steps.count == 4)
      let file = TemporaryFile(bytes)
      // The last names, which are all that is read of a long trace, have it, too.
      let names = try #require(try TraceIndex(path: file.path)?.chunks.last(where: \.hasNames))
      let items = try TraceFile(path: file.path).items(in: names.location)
      #expect(items.contains(.plan(plan)))
      #expect(try TraceInfo(path: file.path).plans == [plan])
    }
  }

  @Test func whatIsDamagedIsLeftOutAndReported() throws {
    var bytes = SampleTrace.bytes(steps: 0..<20)
    let markers = bytes.ranges(of: Marker.bytes).map(\.lowerBound)
    bytes[markers[4] + 150] ^= 1
    bytes.insert(contentsOf: [1, 2, 3, 4], at: markers[7] - RecordHead.size)
    let (repaired, outcome) = try repair(bytes)
    #expect(outcome.steps == 18)
    #expect(outcome.gaps.map(\.steps) == [6...7, nil])
    let (told, state) = try told(repaired)
    #expect(state == .closed && told.gaps == [])
    #expect(told.steps.map(\.index) == Array(0..<6) + Array(8..<20))
  }

  @Test func aWriterWithoutMarkersGetsThem() throws {
    var buffer = ByteBuffer()
    buffer.append(mcapMagic)
    buffer.append(HeaderRecord(profile: "gradtop", library: "another"))
    let bytes = Array(buffer.bytes) + CraftedTrace.chunk(1) + CraftedTrace.chunk(2)
    let (repaired, _) = try repair(bytes)
    #expect(repaired.ranges(of: Marker.bytes).count >= 3)
    #expect(try told(repaired).0.steps.map(\.index) == [1, 2])
  }

  @Test func droppedEventsStayCounted() throws {
    var trace = CraftedTrace()
    for dropped in [0, 5, 7] as [UInt64] {
      trace.append(span: CraftedTrace.chunk(dropped), droppedEvents: dropped)
    }
    let (repaired, _) = try repair(trace.bytes)
    #expect(try told(repaired).0.gaps.map(\.droppedEvents).reduce(0, +) == 7)
  }

  @Test func messagesOfANewerProducerAreKept() throws {
    var trace = CraftedTrace()
    let unknown = CraftedTrace.message(channel: 99, [1, 2, 3])
    trace.append(span: CraftedTrace.chunk(unknown + CraftedTrace.message(SampleTrace.step(0))))
    let (repaired, _) = try repair(trace.bytes)
    let file = TemporaryFile(repaired)
    let reader = try #require(try MCAPReader(path: file.path))
    var kept: [[UInt8]] = []
    try reader.forEachMessage(channels: [99]) { kept.append($0.data) }
    #expect(kept == [[1, 2, 3]])
  }
}
