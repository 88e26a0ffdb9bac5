extension FooterRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    summaryStart = try fields.number()
    summaryOffsetStart = try fields.number()
    checksum = try fields.number()
  }
}

extension ChunkIndexRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    startTime = try fields.number()
    endTime = try fields.number()
    chunkStart = try fields.number()
    chunkLength = try fields.number()
    messageIndexOffsets = try fields.entries { (inner) throws(RecordError) in
      (try inner.number(), try inner.number())
    }
    messageIndexLength = try fields.number()
    compression = try fields.string()
    compressedSize = try fields.number()
    uncompressedSize = try fields.number()
  }
}

extension AttachmentIndexRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    offset = try fields.number()
    length = try fields.number()
    logTime = try fields.number()
    createTime = try fields.number()
    dataSize = try fields.number()
    name = try fields.string()
    mediaType = try fields.string()
  }
}

extension MetadataIndexRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    offset = try fields.number()
    length = try fields.number()
    name = try fields.string()
  }
}

extension StatisticsRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    messages = try fields.number()
    schemas = try fields.number()
    channels = try fields.number()
    attachments = try fields.number()
    metadata = try fields.number()
    chunks = try fields.number()
    startTime = try fields.number()
    endTime = try fields.number()
    messageCounts = try fields.entries { (inner) throws(RecordError) in
      (try inner.number(), try inner.number())
    }
  }
}

extension SummaryOffsetRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    opcode = try fields.number()
    start = try fields.number()
    length = try fields.number()
  }
}

// MARK: - Writing

extension ByteBuffer {
  mutating func append(_ record: ChunkIndexRecord) {
    appendRecord(.chunkIndex) { buffer in
      buffer.append(littleEndian: record.startTime)
      buffer.append(littleEndian: record.endTime)
      buffer.append(littleEndian: record.chunkStart)
      buffer.append(littleEndian: record.chunkLength)
      buffer.append(record.messageIndexOffsets)
      buffer.append(littleEndian: record.messageIndexLength)
      buffer.append(prefixed: record.compression)
      buffer.append(littleEndian: record.compressedSize)
      buffer.append(littleEndian: record.uncompressedSize)
    }
  }

  mutating func append(_ record: AttachmentIndexRecord) {
    appendRecord(.attachmentIndex) { buffer in
      buffer.append(littleEndian: record.offset)
      buffer.append(littleEndian: record.length)
      buffer.append(littleEndian: record.logTime)
      buffer.append(littleEndian: record.createTime)
      buffer.append(littleEndian: record.dataSize)
      buffer.append(prefixed: record.name)
      buffer.append(prefixed: record.mediaType)
    }
  }

  mutating func append(_ record: MetadataIndexRecord) {
    appendRecord(.metadataIndex) { buffer in
      buffer.append(littleEndian: record.offset)
      buffer.append(littleEndian: record.length)
      buffer.append(prefixed: record.name)
    }
  }

  mutating func append(_ record: StatisticsRecord) {
    appendRecord(.statistics) { buffer in
      buffer.append(littleEndian: record.messages)
      buffer.append(littleEndian: record.schemas)
      buffer.append(littleEndian: record.channels)
      buffer.append(littleEndian: record.attachments)
      buffer.append(littleEndian: record.metadata)
      buffer.append(littleEndian: record.chunks)
      buffer.append(littleEndian: record.startTime)
      buffer.append(littleEndian: record.endTime)
      buffer.append(record.messageCounts)
    }
  }

  mutating func append(_ record: SummaryOffsetRecord) {
    appendRecord(.summaryOffset) { buffer in
      buffer.append(record.opcode)
      buffer.append(littleEndian: record.start)
      buffer.append(littleEndian: record.length)
    }
  }

  /// Numbers by channel, behind their length in bytes.
  private mutating func append(_ entries: [(UInt16, UInt64)]) {
    append(littleEndian: UInt32(10 * entries.count))
    for (channel, number) in entries {
      append(littleEndian: channel)
      append(littleEndian: number)
    }
  }
}
