/// The first record.
struct HeaderRecord {
  var profile: String
  var library: String
}

/// How the messages of a channel are to be decoded.
struct SchemaRecord {
  var id: UInt16
  var name: String
  var encoding: String
  var data: UnsafeRawBufferPointer
}

/// A topic.
struct ChannelRecord {
  var id: UInt16
  var schema: UInt16
  var topic: String
  var encoding: String
  var metadata: [(String, String)]
}

/// One message; its payload lies where the record does.
struct MessageRecord {
  var channel: UInt16
  var sequence: UInt32
  var logTime: UInt64
  var publishTime: UInt64
  var data: UnsafeRawBufferPointer
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
}

/// Where the messages of one channel stand in the chunk before.
struct MessageIndexRecord {
  var channel: UInt16
  /// Log time, and offset into the uncompressed records.
  var entries: [(UInt64, UInt64)]
}

/// A file in the file.
struct AttachmentRecord {
  var logTime: UInt64
  var createTime: UInt64
  var name: String
  var mediaType: String
  var data: UnsafeRawBufferPointer
  /// CRC-32 of all fields before it; 0: none.
  var checksum: UInt32
  /// How many bytes of the content the checksum is of.
  var covered = 0
}

/// Strings by name.
struct MetadataRecord {
  var name: String
  var metadata: [(String, String)]
}

/// No message comes behind it.
struct DataEndRecord {
  /// CRC-32 of all before it; 0: none.
  var checksum: UInt32
}
