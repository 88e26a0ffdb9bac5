/// The first record.
struct HeaderRecord {
  var profile: String
  var library: String

  init(_ fields: inout FieldReader) throws(RecordError) {
    profile = try fields.string()
    library = try fields.string()
  }
}

/// How the messages of a channel are to be decoded.
struct SchemaRecord {
  var id: UInt16
  var name: String
  var encoding: String
  var data: UnsafeRawBufferPointer

  init(_ fields: inout FieldReader) throws(RecordError) {
    id = try fields.number()
    name = try fields.string()
    encoding = try fields.string()
    data = try fields.slice(try fields.number(UInt32.self))
  }
}

/// A topic.
struct ChannelRecord {
  var id: UInt16
  var schema: UInt16
  var topic: String
  var encoding: String
  var metadata: [(String, String)]

  init(_ fields: inout FieldReader) throws(RecordError) {
    id = try fields.number()
    schema = try fields.number()
    topic = try fields.string()
    encoding = try fields.string()
    metadata = try fields.strings()
  }
}

/// One message; its payload lies where the record does.
struct MessageRecord {
  var channel: UInt16
  var sequence: UInt32
  var logTime: UInt64
  var publishTime: UInt64
  var data: UnsafeRawBufferPointer

  init(_ fields: inout FieldReader) throws(RecordError) {
    channel = try fields.number()
    sequence = try fields.number()
    logTime = try fields.number()
    publishTime = try fields.number()
    data = fields.rest()
  }
}

/// Records in one compressed block.
struct ChunkRecord {
  var startTime: UInt64
  var endTime: UInt64
  var uncompressedSize: UInt64
  /// CRC-32 of the uncompressed records; 0: none.
  var checksum: UInt32
  var compression: String
  var records: UnsafeRawBufferPointer

  init(_ fields: inout FieldReader) throws(RecordError) {
    startTime = try fields.number()
    endTime = try fields.number()
    uncompressedSize = try fields.number()
    checksum = try fields.number()
    compression = try fields.string()
    records = try fields.slice(try fields.number(UInt64.self))
  }
}

/// Where the messages of one channel stand in the chunk before.
struct MessageIndexRecord {
  var channel: UInt16
  /// Log time, and offset into the uncompressed records.
  var entries: [(UInt64, UInt64)]

  init(_ fields: inout FieldReader) throws(RecordError) {
    channel = try fields.number()
    entries = try fields.entries { (inner) throws(RecordError) in
      (try inner.number(), try inner.number())
    }
  }
}

/// A file in the file.
struct AttachmentRecord {
  var logTime: UInt64
  var createTime: UInt64
  var name: String
  var mediaType: String
  var data: UnsafeRawBufferPointer
  var checksum: UInt32

  init(_ fields: inout FieldReader) throws(RecordError) {
    logTime = try fields.number()
    createTime = try fields.number()
    name = try fields.string()
    mediaType = try fields.string()
    data = try fields.slice(try fields.number(UInt64.self))
    checksum = try fields.number()
  }
}

/// Strings by name.
struct MetadataRecord {
  var name: String
  var metadata: [(String, String)]

  init(_ fields: inout FieldReader) throws(RecordError) {
    name = try fields.string()
    metadata = try fields.strings()
  }
}

/// No message comes behind it.
struct DataEndRecord {
  /// CRC-32 of all before it; 0: none.
  var checksum: UInt32

  init(_ fields: inout FieldReader) throws(RecordError) {
    checksum = try fields.number()
  }
}
