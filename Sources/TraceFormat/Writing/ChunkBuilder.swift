/// Collects messages, and makes marker, chunk and message indexes of them.
struct ChunkBuilder: ~Copyable {
  private struct IndexEntry {
    var time: UInt64
    var offset: UInt64
  }

  private var records = ByteBuffer(capacity: 512 << 10)
  private var span = ByteBuffer(capacity: 512 << 10)
  private var entries = [[IndexEntry]](repeating: [], count: Topic.allCases.count)
  private var times: ClosedRange<UInt64>?
  private let compressor: ZstdCompressor?

  init(compresses: Bool) {
    compressor = compresses ? ZstdCompressor() : nil
  }

  /// Uncompressed bytes so far.
  var count: Int { records.count }

  /// Messages on `topic` so far.
  func messageCount(_ topic: Topic) -> Int {
    entries[Int(topic.rawValue) - 1].count
  }

  /// Puts schemas and channels in: what a reader needs of the chunk alone.
  mutating func addDeclarations() {
    records.appendSchemas()
    records.appendChannels()
  }

  /// Puts a message in.
  mutating func add(
    _ topic: Topic, sequence: UInt32, logTime: UInt64, publishTime: UInt64,
    _ payload: UnsafeRawBufferPointer
  ) {
    entries[Int(topic.rawValue) - 1].append(
      IndexEntry(time: logTime, offset: UInt64(records.count)))
    let known = times ?? logTime...logTime
    times = min(known.lowerBound, logTime)...max(known.upperBound, logTime)
    records.append(Opcode.message.rawValue)
    records.append(littleEndian: UInt64(22 + payload.count))
    records.append(littleEndian: topic.rawValue)
    records.append(littleEndian: sequence)
    records.append(littleEndian: logTime)
    records.append(littleEndian: publishTime)
    records.append(payload)
  }

  /// Appends marker, chunk and message indexes to `target`, and starts over.
  ///
  /// - Parameter position: of the marker's first byte in the file.
  mutating func finish(
    sequence: UInt64, droppedEvents: UInt64, position: UInt64, into target: inout ByteBuffer
  ) -> WrittenChunk {
    span.removeAll()
    var chunk = WrittenChunk(
      offset: position + UInt64(Marker.recordSize), times: times ?? 0...0,
      uncompressedSize: UInt64(records.count))
    appendChunk(&chunk)
    appendMessageIndexes(&chunk)
    Marker(sequence: sequence, droppedEvents: droppedEvents, covering: span.bytes)
      .write(into: &target)
    target.append(span.bytes)
    records.removeAll()
    times = nil
    for index in entries.indices { entries[index].removeAll(keepingCapacity: true) }
    return chunk
  }

  private mutating func appendChunk(_ chunk: inout WrittenChunk) {
    span.append(Opcode.chunk.rawValue)
    span.append(littleEndian: UInt64(0))
    span.append(littleEndian: chunk.times.lowerBound)
    span.append(littleEndian: chunk.times.upperBound)
    span.append(littleEndian: chunk.uncompressedSize)
    span.append(littleEndian: crc32(records.bytes))
    let head = span.count
    span.append(prefixed: "zstd")
    span.append(littleEndian: UInt64(0))
    let start = span.count
    chunk.isCompressed = compressor?.compress(records.bytes, into: &span) ?? false
    if chunk.isCompressed {
      chunk.compressedSize = UInt64(span.count - start)
      span.replace(at: start - 8, littleEndian: chunk.compressedSize)
    } else {
      span.truncate(to: head)
      span.append(prefixed: "")
      chunk.compressedSize = UInt64(records.count)
      span.append(littleEndian: chunk.compressedSize)
      span.append(records.bytes)
    }
    span.replace(at: 1, littleEndian: UInt64(span.count - RecordHead.size))
    chunk.length = UInt64(span.count)
  }

  private mutating func appendMessageIndexes(_ chunk: inout WrittenChunk) {
    for topic in Topic.allCases {
      let rows = entries[Int(topic.rawValue) - 1]
      guard !rows.isEmpty else { continue }
      chunk.messageIndexOffsets[Int(topic.rawValue) - 1] = UInt32(span.count)
      span.appendRecord(.messageIndex) { buffer in
        buffer.append(littleEndian: topic.rawValue)
        buffer.append(littleEndian: UInt32(16 * rows.count))
        for row in rows {
          buffer.append(littleEndian: row.time)
          buffer.append(littleEndian: row.offset)
        }
      }
    }
    chunk.messageIndexLength = UInt64(span.count) - chunk.length
  }
}

/// What the summary says of a chunk.
struct WrittenChunk {
  /// Of the chunk's record in the file.
  var offset: UInt64
  var times: ClosedRange<UInt64>
  var uncompressedSize: UInt64
  var compressedSize: UInt64 = 0
  var isCompressed = false
  /// Of the chunk's record.
  var length: UInt64 = 0
  var messageIndexLength: UInt64 = 0
  /// By topic, behind the chunk's first byte; 0: the topic has no message in it.
  var messageIndexOffsets: InlineArray<3, UInt32> = .init(repeating: 0)
}
