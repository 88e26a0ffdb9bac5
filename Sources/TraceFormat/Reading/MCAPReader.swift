/// Reads messages of any MCAP file through its index, chunk by chunk, leaving out what is not asked
/// for.
///
/// `RecordListing` reads a file from front to back, and needs no index.
public final class MCAPReader {
  /// A message, its payload as its channel encodes it.
  public struct Message: Equatable, Sendable {
    /// Whose topic `topics` has.
    public var channel: UInt16
    /// As the writer numbered it.
    public var sequence: UInt32
    /// In nanoseconds.
    public var logTime: UInt64
    /// In nanoseconds.
    public var publishTime: UInt64
    /// As stored.
    public var data: [UInt8]
  }

  private struct Place {
    var time: UInt64
    var chunk: Int
    var offset: Int
  }

  private var window: FileWindow
  private var opener = ChunkOpener()
  private let chunks: [ChunkIndexRecord]
  private let path: String

  /// Topics by channel.
  public let topics: [UInt16: String]
  /// Messages in the file, as far as the summary counts them.
  public let messageCount: UInt64?

  /// Opens the file at `path`; nil where it has no summary, or a damaged one.
  ///
  /// - Throws: `TraceReadError.system` where the file cannot be read.
  public init?(path: String) throws(TraceReadError) {
    var window = try FileWindow(path: path)
    var chunks: [ChunkIndexRecord] = []
    guard let section = try SummarySection(&window, note: { chunks.append($0) }) else { return nil }
    self.path = path
    self.window = window
    self.chunks = chunks.sorted { ($0.startTime, $0.chunkStart) < ($1.startTime, $1.chunkStart) }
    topics = section.topics
    messageCount = section.statistics?.messages
  }

  /// Calls `body` with the messages whose log time is in `times`, by log time; equal ones as in the
  /// file.
  ///
  /// - Parameter channels: the channels wanted; nil: all.
  /// - Throws: `TraceReadError.damaged` where a chunk is not what the index says.
  public func forEachMessage(
    in times: ClosedRange<UInt64> = 0...(.max), channels: Set<UInt16>? = nil,
    _ body: (Message) -> Void
  ) throws(TraceReadError) {
    let wanted = chunks.indices.filter { index in
      let chunk = chunks[index]
      guard chunk.endTime >= times.lowerBound, chunk.startTime <= times.upperBound else {
        return false
      }
      // Without message indexes the chunk does not say what is in it.
      guard let channels, !chunk.messageIndexOffsets.isEmpty else { return true }
      return chunk.messageIndexOffsets.contains { channels.contains($0.0) }
    }
    var start = 0
    while start < wanted.count {
      // Chunks that overlap in time are merged.
      var (end, latest) = (start + 1, chunks[wanted[start]].endTime)
      while end < wanted.count, chunks[wanted[end]].startTime <= latest {
        latest = max(latest, chunks[wanted[end]].endTime)
        end += 1
      }
      try merge(wanted[start..<end], times, channels, body)
      start = end
    }
  }

  private func merge(
    _ group: ArraySlice<Int>, _ times: ClosedRange<UInt64>, _ channels: Set<UInt16>?,
    _ body: (Message) -> Void
  ) throws(TraceReadError) {
    var places: [Place] = []
    for index in group {
      try open(index) { records in
        forEachRecord(in: records) { opcode, offset, content in
          guard opcode == Opcode.message.rawValue else { return }
          var fields = FieldReader(content)
          guard let message = try? MessageRecord(&fields), times.contains(message.logTime),
            channels?.contains(message.channel) ?? true
          else { return }
          places.append(Place(time: message.logTime, chunk: index, offset: offset))
        }
      }
    }
    let order = places.sorted {
      ($0.time, chunks[$0.chunk].chunkStart, $0.offset)
        < ($1.time, chunks[$1.chunk].chunkStart, $1.offset)
    }
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, order[end].chunk == order[start].chunk { end += 1 }
      try open(order[start].chunk) { records in
        for place in order[start..<end] { Self.emit(records, place.offset, body) }
      }
      start = end
    }
  }

  private static func emit(
    _ records: UnsafeRawBufferPointer, _ offset: Int, _ body: (Message) -> Void
  ) {
    let rest = UnsafeRawBufferPointer(rebasing: records[offset...])
    guard let head = RecordHead(rest), head.length <= UInt64(rest.count - RecordHead.size) else {
      return
    }
    let end = RecordHead.size + Int(head.length)
    var fields = FieldReader(UnsafeRawBufferPointer(rebasing: rest[RecordHead.size..<end]))
    guard let message = try? MessageRecord(&fields) else { return }
    body(
      Message(
        channel: message.channel, sequence: message.sequence, logTime: message.logTime,
        publishTime: message.publishTime, data: Array(message.data)))
  }

  private func open(
    _ index: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(TraceReadError) {
    let chunk = chunks[index]
    guard chunk.chunkLength <= TraceScanner.maximumSpan else {
      throw .damaged(offset: chunk.chunkStart, reason: "the index is wrong")
    }
    window.move(to: chunk.chunkStart)
    guard try window.fill(Int(chunk.chunkLength)), let head = RecordHead(window.bytes),
      head.opcode == Opcode.chunk.rawValue,
      head.length == chunk.chunkLength - min(chunk.chunkLength, UInt64(RecordHead.size))
    else { throw .damaged(offset: chunk.chunkStart, reason: "the index is wrong") }
    let end = Int(chunk.chunkLength)
    do throws(ChunkError) {
      try opener.open(UnsafeRawBufferPointer(rebasing: window.bytes[RecordHead.size..<end])) {
        (records) throws(ChunkError) in body(records)
      }
    } catch {
      throw .damaged(offset: chunk.chunkStart, reason: error.reason)
    }
  }
}
