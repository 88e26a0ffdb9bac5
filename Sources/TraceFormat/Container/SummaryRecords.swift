/// The last record.
struct FooterRecord: Equatable {
  /// Of the content.
  static let size = 20

  /// Where the summary starts; 0: none.
  var summaryStart: UInt64
  /// Where its offsets start; 0: none.
  var summaryOffsetStart: UInt64
  /// CRC-32 from the start of the summary up to here; 0: none.
  var checksum: UInt32

  init(_ fields: inout FieldReader) throws(RecordError) {
    summaryStart = try fields.number()
    summaryOffsetStart = try fields.number()
    checksum = try fields.number()
  }
}

/// Where a chunk stands, and when its messages were.
struct ChunkIndexRecord {
  var startTime: UInt64
  var endTime: UInt64
  var chunkStart: UInt64
  var chunkLength: UInt64
  /// By channel, where its MessageIndex stands.
  var messageIndexOffsets: [(UInt16, UInt64)]
  var messageIndexLength: UInt64
  var compression: String
  var compressedSize: UInt64
  var uncompressedSize: UInt64

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

/// Where an attachment stands.
struct AttachmentIndexRecord {
  var offset: UInt64
  var length: UInt64
  var logTime: UInt64
  var createTime: UInt64
  var dataSize: UInt64
  var name: String
  var mediaType: String

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

/// Where a metadata record stands.
struct MetadataIndexRecord {
  var offset: UInt64
  var length: UInt64
  var name: String

  init(_ fields: inout FieldReader) throws(RecordError) {
    offset = try fields.number()
    length = try fields.number()
    name = try fields.string()
  }
}

/// What the file holds, counted.
struct StatisticsRecord {
  var messages: UInt64
  var schemas: UInt16
  var channels: UInt32
  var attachments: UInt32
  var metadata: UInt32
  var chunks: UInt32
  var startTime: UInt64
  var endTime: UInt64
  /// Messages by channel.
  var messageCounts: [(UInt16, UInt64)]

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

/// Where the summary's records of one opcode stand.
struct SummaryOffsetRecord {
  var opcode: UInt8
  var start: UInt64
  var length: UInt64

  init(_ fields: inout FieldReader) throws(RecordError) {
    opcode = try fields.number()
    start = try fields.number()
    length = try fields.number()
  }
}
