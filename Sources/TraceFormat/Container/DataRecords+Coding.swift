extension HeaderRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    profile = try fields.string()
    library = try fields.string()
  }
}

extension SchemaRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    id = try fields.number()
    name = try fields.string()
    encoding = try fields.string()
    data = try fields.slice(try fields.number(UInt32.self))
  }
}

extension ChannelRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    id = try fields.number()
    schema = try fields.number()
    topic = try fields.string()
    encoding = try fields.string()
    metadata = try fields.strings()
  }
}

extension MessageRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    channel = try fields.number()
    sequence = try fields.number()
    logTime = try fields.number()
    publishTime = try fields.number()
    data = fields.rest()
  }
}

extension ChunkRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    startTime = try fields.number()
    endTime = try fields.number()
    uncompressedSize = try fields.number()
    checksum = try fields.number()
    compression = try fields.string()
    records = try fields.slice(try fields.number(UInt64.self))
  }
}

extension MessageIndexRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    channel = try fields.number()
    entries = try fields.entries { (inner) throws(RecordError) in
      (try inner.number(), try inner.number())
    }
  }
}

extension AttachmentRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    logTime = try fields.number()
    createTime = try fields.number()
    name = try fields.string()
    mediaType = try fields.string()
    data = try fields.slice(try fields.number(UInt64.self))
    covered = fields.index
    checksum = try fields.number()
  }
}

extension MetadataRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    name = try fields.string()
    metadata = try fields.strings()
  }
}

extension DataEndRecord {
  init(_ fields: inout FieldReader) throws(RecordError) {
    checksum = try fields.number()
  }
}

extension AttachmentRecord {
  /// Whether the checksum matches, where there is one.
  func isSound(in content: UnsafeRawBufferPointer) -> Bool {
    checksum == 0
      || crc32(UnsafeRawBufferPointer(rebasing: content[..<covered])) == checksum
  }
}

// MARK: - Writing

extension ByteBuffer {
  mutating func append(_ record: HeaderRecord) {
    appendRecord(.header) { buffer in
      buffer.append(prefixed: record.profile)
      buffer.append(prefixed: record.library)
    }
  }

  mutating func append(_ record: SchemaRecord) {
    appendRecord(.schema) { buffer in
      buffer.append(littleEndian: record.id)
      buffer.append(prefixed: record.name)
      buffer.append(prefixed: record.encoding)
      buffer.append(littleEndian: UInt32(record.data.count))
      buffer.append(record.data)
    }
  }

  mutating func append(_ record: ChannelRecord) {
    appendRecord(.channel) { buffer in
      buffer.append(littleEndian: record.id)
      buffer.append(littleEndian: record.schema)
      buffer.append(prefixed: record.topic)
      buffer.append(prefixed: record.encoding)
      buffer.append(record.metadata)
    }
  }

  mutating func append(_ record: MessageRecord) {
    append(Opcode.message.rawValue)
    append(littleEndian: UInt64(22 + record.data.count))
    append(littleEndian: record.channel)
    append(littleEndian: record.sequence)
    append(littleEndian: record.logTime)
    append(littleEndian: record.publishTime)
    append(record.data)
  }

  mutating func append(_ record: MessageIndexRecord) {
    appendRecord(.messageIndex) { buffer in
      buffer.append(littleEndian: record.channel)
      buffer.append(littleEndian: UInt32(16 * record.entries.count))
      for (time, offset) in record.entries {
        buffer.append(littleEndian: time)
        buffer.append(littleEndian: offset)
      }
    }
  }

  /// An attachment; its checksum is made here.
  mutating func append(_ record: AttachmentRecord) {
    appendRecord(.attachment) { buffer in
      let start = buffer.count
      buffer.append(littleEndian: record.logTime)
      buffer.append(littleEndian: record.createTime)
      buffer.append(prefixed: record.name)
      buffer.append(prefixed: record.mediaType)
      buffer.append(littleEndian: UInt64(record.data.count))
      buffer.append(record.data)
      buffer.append(
        littleEndian: crc32(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])))
    }
  }

  mutating func append(_ record: MetadataRecord) {
    appendRecord(.metadata) { buffer in
      buffer.append(prefixed: record.name)
      buffer.append(record.metadata)
    }
  }

  mutating func append(_ record: DataEndRecord) {
    appendRecord(.dataEnd) { $0.append(littleEndian: record.checksum) }
  }

  /// A map behind its length in bytes.
  private mutating func append(_ entries: [(String, String)]) {
    let start = count
    append(littleEndian: UInt32(0))
    for (key, value) in entries {
      append(prefixed: key)
      append(prefixed: value)
    }
    replace(at: start, littleEndian: UInt32(count - start - 4))
  }
}
