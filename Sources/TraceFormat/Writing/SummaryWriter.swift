/// What a closed file ends with: DataEnd, what its summary is to hold, footer.
///
/// Entries are kept as they will be stored: about 100 bytes for each chunk.
struct SummaryWriter: ~Copyable {
  /// Which records the summary holds.
  struct Parts: OptionSet {
    var rawValue: UInt8
    static let schemas = Parts(rawValue: 1)
    static let channels = Parts(rawValue: 2)
    static let statistics = Parts(rawValue: 4)
    static let chunkIndexes = Parts(rawValue: 8)
    static let attachmentIndexes = Parts(rawValue: 16)
    static let metadataIndexes = Parts(rawValue: 32)
    static let offsets = Parts(rawValue: 64)
    static let all = Parts(rawValue: 127)
  }

  private let parts: Parts
  private var schemas = ByteBuffer()
  private var channels = ByteBuffer()
  private var chunkIndexes = ByteBuffer()
  private var attachmentIndexes = ByteBuffer()
  private var metadataIndexes = ByteBuffer()
  private var statistics = StatisticsRecord()
  private var messageCounts: [UInt16: UInt64] = [:]
  private var times: ClosedRange<UInt64>?
  private var stepIndex = StepIndexRecord()
  private var hasStepIndex = false

  init(_ parts: Parts = .all) {
    self.parts = parts
  }

  mutating func add(_ schema: SchemaRecord) {
    statistics.schemas &+= 1
    schemas.append(schema)
  }

  mutating func add(_ channel: ChannelRecord) {
    statistics.channels &+= 1
    channels.append(channel)
  }

  /// Notes messages, by channel, whose log times are in `times`.
  mutating func add(messages: [(UInt16, UInt64)], times new: ClosedRange<UInt64>) {
    for (channel, count) in messages {
      messageCounts[channel, default: 0] += count
      statistics.messages += count
    }
    let known = times ?? new
    times = min(known.lowerBound, new.lowerBound)...max(known.upperBound, new.upperBound)
  }

  /// Notes a chunk that was written, with its messages by channel.
  mutating func add(_ chunk: ChunkIndexRecord, messages: [(UInt16, UInt64)]) {
    statistics.chunks &+= 1
    chunkIndexes.append(chunk)
    if !messages.isEmpty { add(messages: messages, times: chunk.startTime...chunk.endTime) }
  }

  /// Notes which steps the chunk that was noted last has.
  mutating func add(_ span: StepSpan?) {
    hasStepIndex = true
    stepIndex.add(span)
  }

  mutating func add(_ attachment: AttachmentIndexRecord) {
    statistics.attachments &+= 1
    attachmentIndexes.append(attachment)
  }

  mutating func add(_ metadata: MetadataIndexRecord) {
    statistics.metadata &+= 1
    metadataIndexes.append(metadata)
  }

  /// Appends everything that comes behind the data.
  ///
  /// - Parameters:
  ///   - position: where DataEnd comes to stand.
  ///   - checksum: CRC-32 of all before it.
  mutating func write(at position: UInt64, checksum: UInt32, into buffer: inout ByteBuffer) {
    let origin = buffer.count
    buffer.append(DataEndRecord(checksum: checksum))
    let start = buffer.count
    var groups: [(opcode: Opcode, range: Range<Int>)] = []
    func note(_ opcode: Opcode, from begin: Int, to end: Int) {
      if end > begin { groups.append((opcode, begin..<end)) }
    }
    func append(
      _ part: Parts, _ opcode: Opcode, _ records: borrowing ByteBuffer, _ buffer: inout ByteBuffer
    ) {
      guard parts.contains(part) else { return }
      let begin = buffer.count
      buffer.append(records.bytes)
      note(opcode, from: begin, to: buffer.count)
    }
    append(.schemas, .schema, schemas, &buffer)
    append(.channels, .channel, channels, &buffer)
    if parts.contains(.statistics) {
      let begin = buffer.count
      (statistics.startTime, statistics.endTime) = (times?.lowerBound ?? 0, times?.upperBound ?? 0)
      statistics.messageCounts = messageCounts.map { ($0, $1) }.sorted { $0.0 < $1.0 }
      buffer.append(statistics)
      note(.statistics, from: begin, to: buffer.count)
    }
    append(.chunkIndexes, .chunkIndex, chunkIndexes, &buffer)
    append(.attachmentIndexes, .attachmentIndex, attachmentIndexes, &buffer)
    append(.metadataIndexes, .metadataIndex, metadataIndexes, &buffer)
    if hasStepIndex {
      let begin = buffer.count
      stepIndex.write(into: &buffer)
      note(.stepIndex, from: begin, to: buffer.count)
    }
    let offsets = buffer.count
    func place(_ index: Int) -> UInt64 { position + UInt64(index - origin) }
    if parts.contains(.offsets) {
      for (opcode, range) in groups {
        buffer.append(
          SummaryOffsetRecord(
            opcode: opcode.rawValue, start: place(range.lowerBound), length: UInt64(range.count)))
      }
    }
    let hasOffsets = buffer.count > offsets
    buffer.append(Opcode.footer.rawValue)
    buffer.append(littleEndian: UInt64(FooterRecord.size))
    buffer.append(littleEndian: offsets > start ? place(start) : 0)
    buffer.append(littleEndian: hasOffsets ? place(offsets) : 0)
    buffer.append(littleEndian: crc32(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])))
    buffer.append(mcapMagic)
  }
}
