/// What is in a trace, and how whole it is.
public struct TraceInfo: Equatable, Sendable {
  /// Where the trace is.
  public var path: String
  /// Of the file.
  public var bytes: UInt64 = 0
  /// Chunks that can be read.
  public var chunks = 0
  /// Messages in them.
  public var messages = 0
  /// Steps in them.
  public var steps = 0
  /// The index of the first step.
  public var firstStep: UInt64?
  /// The index of the last step.
  public var lastStep: UInt64?
  /// When the first message was written, in nanoseconds of Unix time.
  public var firstTime: UInt64?
  /// When the last message was written.
  public var lastTime: UInt64?
  /// Of the chunks, as stored.
  public var compressedBytes: UInt64 = 0
  /// Of the chunks' records.
  public var uncompressedBytes: UInt64 = 0
  /// Damage and dropped events, in file order.
  public var gaps: [TraceGap] = []
  /// Bytes at the end that are no whole chunk: it was cut off, or is being written.
  public var incompleteBytes: UInt64 = 0
  /// Whether it was closed properly.
  public var ended = false
  /// The run.
  public var run: Run?
  /// The newest graph.
  public var graph: Graph?
  /// The plans that came into force, in order.
  public var plans: [PlanRecord] = []
  /// The first step, in full.
  public var first: Step?
  /// The step with the highest index, in full.
  public var last: Step?

  /// Reads the trace at `path` once, verifying each byte; only chunks with names are decompressed,
  /// and those with the first and the last step.
  ///
  /// - Throws: `TraceReadError` where the file cannot be read, or is no trace.
  public init(path: String) throws(TraceReadError) {
    self.path = path
    let source = try TraceFile(path: path)
    var scan = try FileScanner(path: path)
    var decoder = ChunkDecoder()
    var known = GapList()
    var lastChunk: ChunkLocation?
    while let findings = try scan.next() {
      for finding in findings {
        switch finding {
        case .gap(let gap):
          if let chunk = lastChunk, let items = try? source.items(in: chunk) {
            addLast(of: items)
            lastChunk = nil
          }
          if let lastStep { known.skip(to: lastStep) }
          known.add(gap)
        case .records(let range):
          let bytes = UnsafeRawBufferPointer(rebasing: scan.window.bytes[range])
          add(decoder.items(ofRecords: bytes, at: scan.location(range)), &known)
        case .chunk(let range, let indexes, let condition):
          let record = UnsafeRawBufferPointer(rebasing: scan.window.bytes[range])
          let index = UnsafeRawBufferPointer(rebasing: scan.window.bytes[indexes])
          if condition == .sound, firstStep != nil, !known.isOpen,
            let count = messageCount(of: .step, byIndexes: index)
          {
            lastChunk = scan.location(range)
            messages += count
            steps += count
            add(chunk: record)
          } else if condition == .sound, let count = messageCount(of: .summary, byIndexes: index) {
            messages += count
            add(chunk: record)
          } else {
            let items = decoder.items(
              ofChunk: record, at: scan.location(range), isReported: condition == .damaged)
            if add(items, &known) > 0 { add(chunk: record) }
          }
        }
      }
    }
    if let lastChunk, let items = try? source.items(in: lastChunk) { addLast(of: items) }
    gaps = known.gaps
    bytes = try scan.window.size()
    ended = scan.isClosed
    incompleteBytes = ended ? 0 : bytes - min(bytes, scan.scanner.position)
  }

  /// Counts what was decoded.
  ///
  /// - Returns: how many messages it was.
  @discardableResult
  private mutating func add(_ items: [TraceItem], _ known: inout GapList) -> Int {
    var count = 0
    for item in items {
      switch item {
      case .gap(let gap):
        known.add(gap)
        continue
      case .run(let run): self.run = run
      case .graph(let graph): self.graph = graph
      case .plan(let plan):
        plans.removeAll { $0.firstStep == plan.firstStep }
        plans.append(plan)
      case .detail: break
      case .step(let step, _):
        known.add(step: step.index)
        steps += 1
        firstStep = firstStep ?? step.index
        first = first ?? step
      case .finding: break
      }
      count += 1
    }
    addLast(of: items)
    messages += count
    return count
  }

  private mutating func addLast(of items: [TraceItem]) {
    for case .step(let step, _) in items where step.index >= lastStep ?? 0 {
      lastStep = step.index
      last = step
    }
  }

  private mutating func add(chunk record: UnsafeRawBufferPointer) {
    var fields = FieldReader(UnsafeRawBufferPointer(rebasing: record[RecordHead.size...]))
    guard let chunk = try? ChunkRecord(&fields) else { return }
    chunks += 1
    compressedBytes += UInt64(chunk.records.count)
    uncompressedBytes += chunk.uncompressedSize
    firstTime = min(firstTime ?? chunk.startTime, chunk.startTime)
    lastTime = max(lastTime ?? chunk.endTime, chunk.endTime)
  }
}

/// How many messages of `topic` a chunk holds by its message indexes; nil where it holds others, or
/// none.
private func messageCount(
  of topic: Topic, byIndexes indexes: UnsafeRawBufferPointer
) -> Int? {
  var count = 0
  var isOfTopicAlone = true
  forEachRecord(in: indexes) { opcode, _, content in
    var fields = FieldReader(content)
    guard opcode == Opcode.messageIndex.rawValue, let index = try? MessageIndexRecord(&fields),
      index.channel == topic.rawValue
    else { return isOfTopicAlone = false }
    count += index.entries.count
  }
  return isOfTopicAlone && count > 0 ? count : nil
}
