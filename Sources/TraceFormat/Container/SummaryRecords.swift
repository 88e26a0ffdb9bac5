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
}

/// Where a metadata record stands.
struct MetadataIndexRecord {
  var offset: UInt64
  var length: UInt64
  var name: String
}

/// What the file holds, counted.
struct StatisticsRecord {
  var messages: UInt64 = 0
  var schemas: UInt16 = 0
  var channels: UInt32 = 0
  var attachments: UInt32 = 0
  var metadata: UInt32 = 0
  var chunks: UInt32 = 0
  var startTime: UInt64 = 0
  var endTime: UInt64 = 0
  /// Messages by channel.
  var messageCounts: [(UInt16, UInt64)] = []
}

/// Where the summary's records of one opcode stand.
struct SummaryOffsetRecord {
  var opcode: UInt8
  var start: UInt64
  var length: UInt64
}
