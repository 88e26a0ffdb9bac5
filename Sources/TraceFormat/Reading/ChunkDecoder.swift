/// Turns chunks into the facts that they hold.
struct ChunkDecoder: ~Copyable {
  private var opener = ChunkOpener()
  /// By channel id; the fixed ones, until a channel record says otherwise.
  private var topics: [UInt16: Topic] = [
    1: .run, 2: .graph, 3: .step, 4: .summary, 5: .finding, 6: .plan, 7: .detail,
  ]
  private var lastRun: Run?
  private var lastGraphs: [UInt32: Graph] = [:]
  private var lastPlans: [UInt64: PlanRecord] = [:]

  init() {}

  /// The facts of a chunk, whole record, at `location`; where it cannot be read, the gap.
  ///
  /// - Parameter isReported: whether the damage of the chunk is known, so that it is no news.
  mutating func items(
    ofChunk record: UnsafeRawBufferPointer, at location: ChunkLocation, isReported: Bool
  ) -> [TraceItem] {
    var items: [TraceItem] = []
    do throws(ChunkError) {
      try read(record, at: location, into: &items)
    } catch {
      if !isReported { items.append(.gap(gap(location, error.reason))) }
    }
    return items
  }

  /// The facts of a chunk, or why there are none.
  mutating func read(
    _ record: UnsafeRawBufferPointer, at location: ChunkLocation, into items: inout [TraceItem]
  ) throws(ChunkError) {
    guard let head = RecordHead(record), head.opcode == Opcode.chunk.rawValue,
      head.length == UInt64(record.count - RecordHead.size)
    else { throw ChunkError("there is no chunk") }
    // Kept only where the whole chunk reads.
    var (topics, found) = (self.topics, [TraceItem]())
    let content = UnsafeRawBufferPointer(rebasing: record[RecordHead.size...])
    try opener.open(content) { (records) throws(ChunkError) in
      let read = try forEachRecord(in: records) { (opcode, _, content) throws(ChunkError) in
        try Self.read(opcode, content, at: location, &topics, into: &found)
      }
      guard read == records.count else { throw ChunkError("the chunk ends inside a record") }
    }
    self.topics = topics
    items += found
  }

  /// Where a chunk's messages stand in it.
  mutating func messages(
    of record: UnsafeRawBufferPointer
  ) throws(ChunkError) -> [(channel: UInt16, time: UInt64, offset: UInt64)] {
    var messages: [(channel: UInt16, time: UInt64, offset: UInt64)] = []
    let content = UnsafeRawBufferPointer(rebasing: record[RecordHead.size...])
    try opener.open(content) { (records) throws(ChunkError) in
      forEachRecord(in: records) { opcode, offset, content in
        var fields = FieldReader(content)
        guard opcode == Opcode.message.rawValue, let message = try? MessageRecord(&fields) else {
          return
        }
        messages.append((message.channel, message.logTime, UInt64(offset)))
      }
    }
    return messages
  }

  /// The summaries in a chunk.
  mutating func readSummaries(
    _ record: UnsafeRawBufferPointer
  ) throws(ChunkError) -> [Summary] {
    guard let head = RecordHead(record), head.opcode == Opcode.chunk.rawValue,
      head.length == UInt64(record.count - RecordHead.size)
    else { throw ChunkError("there is no chunk") }
    var summaries: [Summary] = []
    let content = UnsafeRawBufferPointer(rebasing: record[RecordHead.size...])
    try opener.open(content) { (records) throws(ChunkError) in
      try forEachRecord(in: records) { (opcode, _, content) throws(ChunkError) in
        var fields = FieldReader(content)
        guard opcode == Opcode.message.rawValue, let message = try? MessageRecord(&fields),
          message.channel == Topic.summary.rawValue
        else { return }
        guard let summary = try? Summary(decoding: message.data) else {
          throw ChunkError("a message on /summary is malformed")
        }
        summaries.append(summary)
      }
    }
    return summaries
  }

  /// The facts of records outside of chunks.
  mutating func items(
    ofRecords records: UnsafeRawBufferPointer, at location: ChunkLocation
  ) -> [TraceItem] {
    var (topics, items) = (self.topics, [TraceItem]())
    do throws(ChunkError) {
      try forEachRecord(in: records) { (opcode, _, content) throws(ChunkError) in
        try Self.read(opcode, content, at: location, &topics, into: &items)
      }
    } catch {
      items.append(.gap(gap(location, error.reason)))
    }
    self.topics = topics
    return items
  }

  /// Leaves out a run, graph or plan that says what it said before.
  mutating func withoutRepetitions(_ items: [TraceItem]) -> [TraceItem] {
    guard items.contains(where: \.mayRepeat) else { return items }
    return items.filter { item in
      switch item {
      case .run(let run):
        if lastRun == run { return false }
        lastRun = run
      case .graph(let graph):
        if lastGraphs[graph.id] == graph { return false }
        lastGraphs[graph.id] = graph
      case .plan(let plan):
        if lastPlans[plan.firstStep] == plan { return false }
        lastPlans[plan.firstStep] = plan
      case .step, .finding, .detail, .gap: break
      }
      return true
    }
  }

  private func gap(_ location: ChunkLocation, _ reason: String) -> TraceGap {
    TraceGap(bytes: location.offset..<location.offset + location.length, reason: reason)
  }

  private static func read(
    _ opcode: UInt8, _ content: UnsafeRawBufferPointer, at location: ChunkLocation,
    _ topics: inout [UInt16: Topic], into items: inout [TraceItem]
  ) throws(ChunkError) {
    var fields = FieldReader(content)
    switch Opcode(rawValue: opcode) {
    case .channel:
      guard let channel = try? ChannelRecord(&fields) else {
        throw ChunkError("a channel is malformed")
      }
      topics[channel.id] = channel.encoding == "protobuf" ? Topic(named: channel.topic) : nil
    case .message:
      guard let message = try? MessageRecord(&fields) else {
        throw ChunkError("a message is malformed")
      }
      guard let topic = topics[message.channel] else { return }
      do throws(ProtobufError) {
        if let item = try decode(message.data, topic, at: location) { items.append(item) }
      } catch {
        throw ChunkError("a message on \(topic.name) is malformed: \(error.reason)")
      }
    default: return
    }
  }

  private static func decode(
    _ payload: UnsafeRawBufferPointer, _ topic: Topic, at location: ChunkLocation
  ) throws(ProtobufError) -> TraceItem? {
    switch topic {
    case .run: .run(try Run(decoding: payload))
    case .graph: .graph(try Graph(decoding: payload))
    case .step: .step(try Step(decoding: payload), in: location)
    // They say again what the steps say: who wants them asks for them.
    case .summary: nil
    case .finding: .finding(try FindingRecord(decoding: payload))
    case .plan: .plan(try PlanRecord(decoding: payload))
    case .detail: .detail(try Detail(decoding: payload))
    }
  }
}

extension TraceItem {
  /// Whether producers say it again now and then, so that a trace without its start can be read.
  fileprivate var mayRepeat: Bool {
    switch self {
    case .run, .graph, .plan: true
    case .step, .finding, .detail, .gap: false
    }
  }
}
