/// Writes what can be read of a trace out as a whole one: sound chunks as they are, markers,
/// summaries, index and end anew.
public enum TraceRepair {
  /// What became of it.
  public struct Outcome: Equatable, Sendable {
    /// Steps in the new trace.
    public var steps: UInt64 = 0
    /// What of the old one is not in it.
    public var gaps: [TraceGap] = []
  }

  /// Reads the trace at `path` twice, and writes it to `output`.
  ///
  /// - Throws: `TraceReadError` where it cannot be read, or is no trace; what goes wrong with the
  ///   output the writer says.
  public static func repair(
    path: String, to output: any TraceOutput
  ) throws(TraceReadError) -> (outcome: Outcome, failure: TraceWriteError?) {
    // Refuses what is no trace.
    _ = try TraceFile(path: path)
    let writer = TraceWriter(output: output, run: try firstRun(path) ?? Run())
    var scan = try FileScanner(path: path)
    var decoder = ChunkDecoder()
    var outcome = Outcome()
    var known = GapList()
    while let findings = try scan.next() {
      writer.droppedEvents = scan.scanner.droppedEvents
      for finding in findings {
        switch finding {
        case .gap(let gap): known.add(gap)
        case .records(let range):
          let records = UnsafeRawBufferPointer(rebasing: scan.window.bytes[range])
          for item in decoder.items(ofRecords: records, at: scan.location(range)) {
            if case .step(let step, _) = item { writer.write(step: step, now: 0) }
            if case .finding(let finding) = item { writer.write(finding: finding, now: 0) }
            if case .plan(let plan) = item { writer.write(plan: plan, now: 0) }
            if case .detail(let detail) = item { writer.write(detail: detail, now: 0) }
            note(item, &known, &outcome)
          }
        case .chunk(let range, _, let condition):
          let record = UnsafeRawBufferPointer(rebasing: scan.window.bytes[range])
          var items: [TraceItem] = []
          do throws(ChunkError) {
            try decoder.read(record, at: scan.location(range), into: &items)
            writer.copy(record, try decoder.messages(of: record), items)
          } catch {
            let end = scan.location(range).offset + scan.location(range).length
            items = []
            if condition != .damaged {
              known.add(
                TraceGap(bytes: scan.location(range).offset..<end, reason: error.reason))
            }
          }
          for item in items { note(item, &known, &outcome) }
        }
      }
    }
    writer.close(now: writer.closingTime)
    outcome.gaps = known.gaps
    return (outcome, writer.failure)
  }

  private static func note(_ item: TraceItem, _ known: inout GapList, _ outcome: inout Outcome) {
    switch item {
    case .gap(let gap): known.add(gap)
    case .step(let step, _):
      known.add(step: step.index)
      outcome.steps += 1
    case .run, .graph, .finding, .plan, .detail: break
    }
  }

  private static func firstRun(_ path: String) throws(TraceReadError) -> Run? {
    let file = try TraceFile(path: path)
    while true {
      let items = file.poll(limit: 1)
      if items.isEmpty { return nil }
      for case .run(let run) in items { return run }
    }
  }
}

extension TraceWriter {
  /// When a trace that is closed late says that it was.
  var closingTime: UInt64 { run.monotonicOrigin &+ (lastTime &- run.wallClockOrigin) }

  /// Appends a chunk as another trace stores it, with what is in it.
  ///
  /// Names and summaries are written anew.
  func copy(
    _ record: UnsafeRawBufferPointer,
    _ messages: [(channel: UInt16, time: UInt64, offset: UInt64)], _ items: [TraceItem]
  ) {
    for case .graph(let graph) in items where !graphs.contains(graph) {
      write(graph: graph, now: run.monotonicOrigin)
    }
    for case .plan(let plan) in items where !plans.contains(plan) {
      write(plan: plan, now: run.monotonicOrigin)
    }
    let anew: Set<UInt16> = [
      Topic.run.rawValue, Topic.graph.rawValue, Topic.summary.rawValue, Topic.plan.rawValue,
    ]
    var fields = FieldReader(UnsafeRawBufferPointer(rebasing: record[RecordHead.size...]))
    guard messages.contains(where: { !anew.contains($0.channel) }),
      let chunk = try? ChunkRecord(&fields)
    else { return }
    flush()
    for case .step(let step, _) in items { note(step) }
    var index = ChunkIndexRecord(
      startTime: messages.map(\.time).min() ?? 0, endTime: messages.map(\.time).max() ?? 0,
      chunkStart: position + UInt64(Marker.recordSize), chunkLength: UInt64(record.count),
      messageIndexOffsets: [], messageIndexLength: 0, compression: chunk.compression,
      compressedSize: UInt64(chunk.records.count), uncompressedSize: chunk.uncompressedSize)
    var stored = ByteBuffer()
    stored.append(record)
    var counts: [(UInt16, UInt64)] = []
    for (channel, rows) in Dictionary(grouping: messages, by: \.channel)
      .sorted(by: { $0.key < $1.key })
    {
      index.messageIndexOffsets.append((channel, index.chunkStart + UInt64(stored.count)))
      stored.append(
        MessageIndexRecord(channel: channel, entries: rows.map { ($0.time, $0.offset) }))
      counts.append((channel, UInt64(rows.count)))
    }
    index.messageIndexLength = UInt64(stored.count - record.count)
    write(stored.bytes, index, counts)
    flush()
    repeatNamesIfDue(now: closingTime)
  }
}
