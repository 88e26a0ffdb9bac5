/// Collects messages, and makes a chunk and its message indexes of them.
struct ChunkBuilder: ~Copyable {
  private struct Channel {
    var id: UInt16
    var entries: [(UInt64, UInt64)] = []
  }

  private var records = ByteBuffer(capacity: 512 << 10)
  private var stored = ByteBuffer(capacity: 512 << 10)
  private var channels: [Channel] = []
  private var positions: [UInt16: Int] = [:]
  private var times: ClosedRange<UInt64>?
  private let compressor: ChunkCompressor

  init(_ compression: ChunkCompression) {
    compressor = ChunkCompressor(compression)
  }

  /// Uncompressed bytes so far.
  var count: Int { records.count }

  /// What `finish` made, until it is called again.
  var span: UnsafeRawBufferPointer { stored.bytes }

  /// Messages on `channel` so far.
  func messageCount(_ channel: UInt16) -> Int {
    positions[channel].map { channels[$0].entries.count } ?? 0
  }

  /// Messages so far by channel, without those that have none.
  var messageCounts: [(UInt16, UInt64)] {
    channels.filter { !$0.entries.isEmpty }.map { ($0.id, UInt64($0.entries.count)) }
      .sorted { $0.0 < $1.0 }
  }

  /// Puts records in that are no messages: schemas and channels.
  mutating func addRecords(_ body: (inout ByteBuffer) -> Void) {
    body(&records)
  }

  /// Puts a message in.
  mutating func add(_ message: MessageRecord) {
    let position = positions[message.channel] ?? channels.count
    if position == channels.count {
      positions[message.channel] = position
      channels.append(Channel(id: message.channel))
    }
    channels[position].entries.append((message.logTime, UInt64(records.count)))
    let known = times ?? message.logTime...message.logTime
    times = min(known.lowerBound, message.logTime)...max(known.upperBound, message.logTime)
    records.append(message)
  }

  /// Makes `span` of what was put in, and starts over.
  ///
  /// - Parameters:
  ///   - position: of the chunk's first byte in the file.
  ///   - hasIndexes: whether message indexes stand behind the chunk.
  /// - Returns: what the summary says of it.
  mutating func finish(position: UInt64, hasIndexes: Bool = true) -> ChunkIndexRecord {
    stored.removeAll()
    let times = times ?? 0...0
    var chunk = ChunkIndexRecord(
      startTime: times.lowerBound, endTime: times.upperBound, chunkStart: position,
      chunkLength: 0, messageIndexOffsets: [], messageIndexLength: 0, compression: "",
      compressedSize: 0, uncompressedSize: UInt64(records.count))
    appendChunk(&chunk)
    if hasIndexes { appendMessageIndexes(&chunk) }
    records.removeAll()
    self.times = nil
    for index in channels.indices { channels[index].entries.removeAll(keepingCapacity: true) }
    return chunk
  }

  private mutating func appendChunk(_ chunk: inout ChunkIndexRecord) {
    stored.append(Opcode.chunk.rawValue)
    stored.append(littleEndian: UInt64(0))
    stored.append(littleEndian: chunk.startTime)
    stored.append(littleEndian: chunk.endTime)
    stored.append(littleEndian: chunk.uncompressedSize)
    stored.append(littleEndian: crc32(records.bytes))
    let head = stored.count
    chunk.compression = compressor.compression.rawValue
    stored.append(prefixed: chunk.compression)
    stored.append(littleEndian: UInt64(0))
    let start = stored.count
    if compressor.compress(records.bytes, into: &stored) {
      chunk.compressedSize = UInt64(stored.count - start)
      stored.replace(at: start - 8, littleEndian: chunk.compressedSize)
    } else {
      stored.truncate(to: head)
      (chunk.compression, chunk.compressedSize) = ("", UInt64(records.count))
      stored.append(prefixed: "")
      stored.append(littleEndian: chunk.compressedSize)
      stored.append(records.bytes)
    }
    stored.replace(at: 1, littleEndian: UInt64(stored.count - RecordHead.size))
    chunk.chunkLength = UInt64(stored.count)
  }

  private mutating func appendMessageIndexes(_ chunk: inout ChunkIndexRecord) {
    for channel in channels.sorted(by: { $0.id < $1.id }) where !channel.entries.isEmpty {
      chunk.messageIndexOffsets.append((channel.id, chunk.chunkStart + UInt64(stored.count)))
      stored.append(MessageIndexRecord(channel: channel.id, entries: channel.entries))
    }
    chunk.messageIndexLength = UInt64(stored.count) - chunk.chunkLength
  }
}
