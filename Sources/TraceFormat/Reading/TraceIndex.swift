/// Where the chunks of a closed trace are, by its summary: nothing else of the file is read.
///
/// Steps are in file order, so the chunk of a step is found by halving: decode one, compare, go on.
public struct TraceIndex: Equatable, Sendable {
  /// A chunk, by the summary.
  public struct Chunk: Equatable, Sendable {
    /// For `TraceSource.items(in:)`.
    public var location: ChunkLocation
    /// Of its messages, in nanoseconds of Unix time.
    public var times: ClosedRange<UInt64>
    /// Whether it has steps.
    public var hasSteps: Bool
    /// Whether it has the run or a graph.
    public var hasNames: Bool
  }

  /// In file order.
  public var chunks: [Chunk]
  /// In all chunks.
  public var steps: UInt64

  /// The index of the trace at `path`; nil where it has none, or a damaged one.
  ///
  /// - Throws: `TraceReadError.system` where the file cannot be read.
  public init?(path: String) throws(TraceReadError) {
    var window = try FileWindow(path: path)
    let size = try window.size()
    let tailSize = UInt64(RecordHead.size + FooterRecord.size + mcapMagic.count)
    guard size > tailSize else { return nil }
    window.move(to: size - tailSize)
    guard try window.fill(Int(tailSize)),
      let footer = TraceScanner.footer(window.bytes), footer.summaryStart > 0,
      footer.summaryStart < size - tailSize
    else { return nil }
    let length = size - tailSize - footer.summaryStart
    guard length <= 1 << 30 else { return nil }
    let covered = Int(length) + RecordHead.size + 16
    window.move(to: footer.summaryStart)
    guard try window.fill(covered) else { return nil }
    let summary = UnsafeRawBufferPointer(rebasing: window.bytes[..<covered])
    guard footer.checksum == 0 || crc32(summary) == footer.checksum else { return nil }
    (chunks, steps) = ([], 0)
    do throws(RecordError) {
      try add(UnsafeRawBufferPointer(rebasing: summary[..<Int(length)]))
    } catch {
      return nil
    }
  }

  private mutating func add(_ summary: UnsafeRawBufferPointer) throws(RecordError) {
    var (chunks, steps) = (self.chunks, self.steps)
    try forEachRecord(in: summary) { (opcode, _, content) throws(RecordError) in
      var fields = FieldReader(content)
      switch Opcode(rawValue: opcode) {
      case .chunkIndex: chunks.append(try Chunk(try ChunkIndexRecord(&fields)))
      case .statistics:
        let statistics = try StatisticsRecord(&fields)
        steps = statistics.messageCounts.first { $0.0 == Topic.step.rawValue }?.1 ?? 0
      default: break
      }
    }
    (self.chunks, self.steps) = (chunks, steps)
  }
}

extension TraceIndex.Chunk {
  init(_ record: ChunkIndexRecord) throws(RecordError) {
    guard record.startTime <= record.endTime else { throw .badLength }
    location = ChunkLocation(offset: record.chunkStart, length: record.chunkLength)
    times = record.startTime...record.endTime
    let topics = record.messageIndexOffsets.map(\.0)
    hasSteps = topics.contains(Topic.step.rawValue)
    hasNames = topics.contains(Topic.run.rawValue) || topics.contains(Topic.graph.rawValue)
  }
}
