/// A record of any MCAP file, as a list of named fields.
public struct RecordDescription: Equatable, Sendable {
  /// A field's value.
  public enum Value: Equatable, Sendable {
    case number(UInt64)
    case text(String)
    case bytes([UInt8])
    /// In the order of the file.
    case map([Entry])
  }

  /// A field, or an entry of a map.
  public struct Entry: Equatable, Sendable {
    /// `log_time`, or the key.
    public var name: String
    /// What it holds.
    public var value: Value
  }

  /// As the format's specification names it: `ChunkIndex`.
  public var type: String
  /// In alphabetical order.
  public var fields: [Entry]

  private init(_ type: String, _ fields: [(String, Value)]) {
    self.type = type
    self.fields = fields.map { Entry(name: $0, value: $1) }
  }
}

extension RecordDescription.Value {
  fileprivate static func count(_ number: some FixedWidthInteger & UnsignedInteger) -> Self {
    .number(UInt64(number))
  }

  fileprivate static func data(_ bytes: UnsafeRawBufferPointer) -> Self {
    .bytes(Array(bytes))
  }

  fileprivate static func entries(_ entries: [(String, String)]) -> Self {
    .map(entries.map { .init(name: $0, value: .text($1)) })
  }

  fileprivate static func entries(_ entries: [(UInt16, UInt64)]) -> Self {
    .map(entries.map { .init(name: String($0), value: .number($1)) })
  }
}

extension RecordDescription {
  /// What `content` says; nil for a record that is not listed: chunks, message indexes, unknown ones.
  init?(_ opcode: UInt8, _ content: UnsafeRawBufferPointer) throws(RecordError) {
    var fields = FieldReader(content)
    switch Opcode(rawValue: opcode) {
    case .header:
      let header = try HeaderRecord(&fields)
      self.init("Header", [("library", .text(header.library)), ("profile", .text(header.profile))])
    case .schema: self.init(try SchemaRecord(&fields))
    case .channel: self.init(try ChannelRecord(&fields))
    case .message: self.init(try MessageRecord(&fields))
    case .attachment:
      let attachment = try AttachmentRecord(&fields)
      guard attachment.isSound(in: content) else { throw .badChecksum }
      self.init(attachment)
    case .metadata:
      let metadata = try MetadataRecord(&fields)
      self.init(
        "Metadata", [("metadata", .entries(metadata.metadata)), ("name", .text(metadata.name))])
    case .dataEnd:
      let end = try DataEndRecord(&fields)
      self.init("DataEnd", [("data_section_crc", .count(end.checksum))])
    default: try self.init(summary: opcode, &fields)
    }
  }

  private init(_ schema: SchemaRecord) {
    self.init(
      "Schema",
      [
        ("data", .data(schema.data)), ("encoding", .text(schema.encoding)),
        ("id", .count(schema.id)), ("name", .text(schema.name)),
      ])
  }

  private init(_ channel: ChannelRecord) {
    self.init(
      "Channel",
      [
        ("id", .count(channel.id)), ("message_encoding", .text(channel.encoding)),
        ("metadata", .entries(channel.metadata)), ("schema_id", .count(channel.schema)),
        ("topic", .text(channel.topic)),
      ])
  }

  private init(_ message: MessageRecord) {
    self.init(
      "Message",
      [
        ("channel_id", .count(message.channel)), ("data", .data(message.data)),
        ("log_time", .count(message.logTime)), ("publish_time", .count(message.publishTime)),
        ("sequence", .count(message.sequence)),
      ])
  }
  private init(_ attachment: AttachmentRecord) {
    self.init(
      "Attachment",
      [
        ("create_time", .count(attachment.createTime)), ("data", .data(attachment.data)),
        ("log_time", .count(attachment.logTime)), ("media_type", .text(attachment.mediaType)),
        ("name", .text(attachment.name)),
      ])
  }
}

// MARK: - Summary

extension RecordDescription {
  private init?(summary opcode: UInt8, _ fields: inout FieldReader) throws(RecordError) {
    switch Opcode(rawValue: opcode) {
    case .chunkIndex: self.init(try ChunkIndexRecord(&fields))
    case .attachmentIndex: self.init(try AttachmentIndexRecord(&fields))
    case .statistics: self.init(try StatisticsRecord(&fields))
    case .metadataIndex:
      let index = try MetadataIndexRecord(&fields)
      self.init(
        "MetadataIndex",
        [
          ("length", .count(index.length)), ("name", .text(index.name)),
          ("offset", .count(index.offset)),
        ])
    case .summaryOffset:
      let offset = try SummaryOffsetRecord(&fields)
      self.init(
        "SummaryOffset",
        [
          ("group_length", .count(offset.length)), ("group_opcode", .count(offset.opcode)),
          ("group_start", .count(offset.start)),
        ])
    case .footer:
      let footer = try FooterRecord(&fields)
      self.init(
        "Footer",
        [
          ("summary_crc", .count(footer.checksum)),
          ("summary_offset_start", .count(footer.summaryOffsetStart)),
          ("summary_start", .count(footer.summaryStart)),
        ])
    default: return nil
    }
  }

  private init(_ chunk: ChunkIndexRecord) {
    self.init(
      "ChunkIndex",
      [
        ("chunk_length", .count(chunk.chunkLength)),
        ("chunk_start_offset", .count(chunk.chunkStart)),
        ("compressed_size", .count(chunk.compressedSize)),
        ("compression", .text(chunk.compression)),
        ("message_end_time", .count(chunk.endTime)),
        ("message_index_length", .count(chunk.messageIndexLength)),
        ("message_index_offsets", .entries(chunk.messageIndexOffsets)),
        ("message_start_time", .count(chunk.startTime)),
        ("uncompressed_size", .count(chunk.uncompressedSize)),
      ])
  }

  private init(_ attachment: AttachmentIndexRecord) {
    self.init(
      "AttachmentIndex",
      [
        ("create_time", .count(attachment.createTime)),
        ("data_size", .count(attachment.dataSize)), ("length", .count(attachment.length)),
        ("log_time", .count(attachment.logTime)), ("media_type", .text(attachment.mediaType)),
        ("name", .text(attachment.name)), ("offset", .count(attachment.offset)),
      ])
  }

  private init(_ statistics: StatisticsRecord) {
    self.init(
      "Statistics",
      [
        ("attachment_count", .count(statistics.attachments)),
        ("channel_count", .count(statistics.channels)),
        ("channel_message_counts", .entries(statistics.messageCounts)),
        ("chunk_count", .count(statistics.chunks)),
        ("message_count", .count(statistics.messages)),
        ("message_end_time", .count(statistics.endTime)),
        ("message_start_time", .count(statistics.startTime)),
        ("metadata_count", .count(statistics.metadata)),
        ("schema_count", .count(statistics.schemas)),
      ])
  }
}
