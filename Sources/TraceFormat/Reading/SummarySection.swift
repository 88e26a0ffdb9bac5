/// What an MCAP file says of itself at its end; nothing else of it is read.
struct SummarySection {
  /// A longer one is taken for damage: it would tell of some five million chunks.
  static let maximumSize: UInt64 = 1 << 29

  var topics: [UInt16: String] = [:]
  var attachments: [AttachmentIndexRecord] = []
  var metadata: [MetadataIndexRecord] = []
  var statistics: StatisticsRecord?
  /// By chunk; empty in files that others wrote.
  var stepSpans: [StepSpan?] = []

  /// Nil where there is no summary, or a damaged one.
  ///
  /// - Parameter note: gets the chunks, of which there may be millions, in file order; where the
  ///   summary is damaged, some.
  init?(
    _ window: inout FileWindow, note: (ChunkIndexRecord) -> Void
  ) throws(TraceReadError) {
    let size = try window.size()
    let tailSize = UInt64(RecordHead.size + FooterRecord.size + mcapMagic.count)
    guard size > tailSize else { return nil }
    window.move(to: size - tailSize)
    guard try window.fill(Int(tailSize)), let footer = TraceScanner.footer(window.bytes),
      footer.summaryStart > 0, footer.summaryStart < size - tailSize
    else { return nil }
    let length = size - tailSize - footer.summaryStart
    guard length <= Self.maximumSize else { return nil }
    let covered = Int(length) + RecordHead.size + 16
    window.move(to: footer.summaryStart)
    guard try window.fill(covered) else { return nil }
    let summary = UnsafeRawBufferPointer(rebasing: window.bytes[..<covered])
    guard footer.checksum == 0 || crc32(summary) == footer.checksum else { return nil }
    let records = UnsafeRawBufferPointer(rebasing: summary[..<Int(length)])
    guard (try? read(records, note)) == records.count else { return nil }
  }

  private mutating func read(
    _ records: UnsafeRawBufferPointer, _ note: (ChunkIndexRecord) -> Void
  ) throws(RecordError) -> Int {
    var section = self
    defer { self = section }
    return try forEachRecord(in: records) { (opcode, _, content) throws(RecordError) in
      var fields = FieldReader(content)
      switch Opcode(rawValue: opcode) {
      case .channel:
        let channel = try ChannelRecord(&fields)
        section.topics[channel.id] = channel.topic
      case .chunkIndex:
        let chunk = try ChunkIndexRecord(&fields)
        guard chunk.startTime <= chunk.endTime else { throw .badLength }
        note(chunk)
      case .attachmentIndex: section.attachments.append(try AttachmentIndexRecord(&fields))
      case .metadataIndex: section.metadata.append(try MetadataIndexRecord(&fields))
      case .stepIndex: section.stepSpans = StepIndexRecord.spans(content) ?? []
      case .statistics: section.statistics = try StatisticsRecord(&fields)
      default: break
      }
    }
  }
}
