/// What a closed trace ends with: DataEnd, schemas, channels, statistics, chunk indexes, footer.
struct SummaryWriter {
  private(set) var chunks: [WrittenChunk] = []
  private var messages: [UInt64] = .init(repeating: 0, count: Topic.allCases.count)

  /// Notes a chunk that was written, with its messages by topic.
  mutating func add(_ chunk: WrittenChunk, messages counts: [Int]) {
    chunks.append(chunk)
    for (index, count) in counts.enumerated() { messages[index] += UInt64(count) }
  }

  /// Appends everything that comes behind the last chunk.
  ///
  /// - Parameters:
  ///   - position: where DataEnd comes to stand.
  ///   - checksum: CRC-32 of all before it.
  func write(at position: UInt64, checksum: UInt32, into buffer: inout ByteBuffer) {
    buffer.appendRecord(.dataEnd) { $0.append(littleEndian: checksum) }
    let start = buffer.count
    func place(_ index: Int) -> UInt64 { position + UInt64(index) }

    var groups: [(Opcode, Int)] = []
    groups.append((.schema, buffer.count))
    buffer.appendSchemas()
    groups.append((.channel, buffer.count))
    buffer.appendChannels()
    groups.append((.statistics, buffer.count))
    appendStatistics(to: &buffer)
    groups.append((.chunkIndex, buffer.count))
    for chunk in chunks { append(chunk, to: &buffer) }
    let offsets = buffer.count
    for (index, (opcode, begin)) in groups.enumerated() {
      let end = index + 1 < groups.count ? groups[index + 1].1 : offsets
      guard end > begin else { continue }
      buffer.appendRecord(.summaryOffset) { buffer in
        buffer.append(opcode.rawValue)
        buffer.append(littleEndian: place(begin))
        buffer.append(littleEndian: UInt64(end - begin))
      }
    }
    buffer.append(Opcode.footer.rawValue)
    buffer.append(littleEndian: UInt64(FooterRecord.size))
    buffer.append(littleEndian: place(start))
    buffer.append(littleEndian: place(offsets))
    let summary = UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
    buffer.append(littleEndian: crc32(summary))
    buffer.append(mcapMagic)
  }

  private func appendStatistics(to buffer: inout ByteBuffer) {
    let topics = UInt32(Topic.allCases.count)
    let timed = chunks.filter { $0.times != 0...0 }
    buffer.appendRecord(.statistics) { buffer in
      buffer.append(littleEndian: messages.reduce(0, +))
      buffer.append(littleEndian: UInt16(topics))
      buffer.append(littleEndian: topics)
      buffer.append(littleEndian: UInt32(0))
      buffer.append(littleEndian: UInt32(0))
      buffer.append(littleEndian: UInt32(clamping: chunks.count))
      buffer.append(littleEndian: timed.map(\.times.lowerBound).min() ?? 0)
      buffer.append(littleEndian: timed.map(\.times.upperBound).max() ?? 0)
      buffer.append(littleEndian: 10 * UInt32(messages.count))
      for topic in Topic.allCases {
        buffer.append(littleEndian: topic.rawValue)
        buffer.append(littleEndian: messages[Int(topic.rawValue) - 1])
      }
    }
  }

  private func append(_ chunk: WrittenChunk, to buffer: inout ByteBuffer) {
    buffer.appendRecord(.chunkIndex) { buffer in
      buffer.append(littleEndian: chunk.times.lowerBound)
      buffer.append(littleEndian: chunk.times.upperBound)
      buffer.append(littleEndian: chunk.offset)
      buffer.append(littleEndian: chunk.length)
      let used = Topic.allCases.filter { chunk.messageIndexOffsets[Int($0.rawValue) - 1] > 0 }
      buffer.append(littleEndian: 10 * UInt32(used.count))
      for topic in used {
        buffer.append(littleEndian: topic.rawValue)
        let offset = UInt64(chunk.messageIndexOffsets[Int(topic.rawValue) - 1])
        buffer.append(littleEndian: chunk.offset + offset)
      }
      buffer.append(littleEndian: chunk.messageIndexLength)
      buffer.append(prefixed: chunk.isCompressed ? "zstd" : "")
      buffer.append(littleEndian: chunk.compressedSize)
      buffer.append(littleEndian: chunk.uncompressedSize)
    }
  }
}
