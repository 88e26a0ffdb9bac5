/// Writes any MCAP file: every kind of record, in chunks or not, with an index or without.
///
///     let writer = try MCAPWriter(output: MemoryOutput(), profile: "", library: "gradtop")
///     try writer.add(schema: 1, name: "Point", encoding: "protobuf", data: descriptors)
///     try writer.add(channel: 1, schema: 1, topic: "/point", encoding: "protobuf")
///     try writer.write(channel: 1, sequence: 0, logTime: 5, publishTime: 5, payload)
///     try writer.close()
///
/// Traces of our own are written by `TraceWriter`, which puts a marker before each chunk.
public final class MCAPWriter {
  /// What to write beside the records themselves.
  public struct Options: Sendable {
    /// How chunks are compressed.
    public var compression = ChunkCompression.zstd
    /// Whether schemas, channels and messages are in chunks; else they stand by themselves.
    public var isChunked = true
    /// A chunk is written when it holds so many bytes, before compression.
    public var chunkBytes = 1 << 20
    /// Whether the messages of a chunk are indexed behind it.
    public var hasMessageIndexes = true
    /// Whether the summary repeats the schemas.
    public var repeatsSchemas = true
    /// Whether the summary repeats the channels.
    public var repeatsChannels = true
    /// Whether the summary counts what is there.
    public var hasStatistics = true
    /// Whether the summary says where the chunks are.
    public var hasChunkIndexes = true
    /// Whether the summary says where the attachments are.
    public var hasAttachmentIndexes = true
    /// Whether the summary says where the metadata are.
    public var hasMetadataIndexes = true
    /// Whether the summary says where its own groups are.
    public var hasSummaryOffsets = true

    /// All of it.
    public init() {}

    fileprivate var parts: SummaryWriter.Parts {
      var parts: SummaryWriter.Parts = []
      if repeatsSchemas { parts.insert(.schemas) }
      if repeatsChannels { parts.insert(.channels) }
      if hasStatistics { parts.insert(.statistics) }
      if hasChunkIndexes { parts.insert(.chunkIndexes) }
      if hasAttachmentIndexes { parts.insert(.attachmentIndexes) }
      if hasMetadataIndexes { parts.insert(.metadataIndexes) }
      if hasSummaryOffsets { parts.insert(.offsets) }
      return parts
    }
  }

  private let output: any TraceOutput
  private let options: Options
  private var chunk: ChunkBuilder
  private var pending = ByteBuffer(capacity: 64 << 10)
  private var summary: SummaryWriter
  private var position: UInt64 = 0
  private var checksum: UInt32 = 0

  /// A file with a header and nothing else yet.
  public init(
    output: any TraceOutput, profile: String, library: String, options: Options = Options()
  ) throws(TraceWriteError) {
    self.output = output
    self.options = options
    chunk = ChunkBuilder(options.compression)
    summary = SummaryWriter(options.parts)
    pending.append(mcapMagic)
    pending.append(HeaderRecord(profile: profile, library: library))
    try send()
  }

  /// Says how the messages of channels are to be decoded.
  public func add(
    schema id: UInt16, name: String, encoding: String, data: UnsafeRawBufferPointer
  ) throws(TraceWriteError) {
    let record = SchemaRecord(id: id, name: name, encoding: encoding, data: data)
    summary.add(record)
    try put { $0.append(record) }
  }

  /// Opens a channel; schema 0: there is none.
  public func add(
    channel id: UInt16, schema: UInt16, topic: String, encoding: String,
    metadata: [(String, String)] = []
  ) throws(TraceWriteError) {
    let record = ChannelRecord(
      id: id, schema: schema, topic: topic, encoding: encoding, metadata: metadata)
    summary.add(record)
    try put { $0.append(record) }
  }

  /// Writes a message.
  public func write(
    channel: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64,
    _ payload: UnsafeRawBufferPointer
  ) throws(TraceWriteError) {
    let record = MessageRecord(
      channel: channel, sequence: sequence, logTime: logTime, publishTime: publishTime,
      data: payload)
    guard options.isChunked else {
      summary.add(messages: [(channel, 1)], times: logTime...logTime)
      pending.append(record)
      return try send()
    }
    chunk.add(record)
    if chunk.count >= options.chunkBytes { try flush() }
  }

  /// Puts a file in.
  public func write(
    attachment name: String, mediaType: String, logTime: UInt64, createTime: UInt64,
    _ data: UnsafeRawBufferPointer
  ) throws(TraceWriteError) {
    pending.append(
      AttachmentRecord(
        logTime: logTime, createTime: createTime, name: name, mediaType: mediaType, data: data,
        checksum: 0))
    summary.add(
      AttachmentIndexRecord(
        offset: position, length: UInt64(pending.count), logTime: logTime, createTime: createTime,
        dataSize: UInt64(data.count), name: name, mediaType: mediaType))
    try send()
  }

  /// Puts strings by name in.
  public func write(
    metadata name: String, _ metadata: [(String, String)]
  ) throws(TraceWriteError) {
    pending.append(MetadataRecord(name: name, metadata: metadata))
    summary.add(
      MetadataIndexRecord(offset: position, length: UInt64(pending.count), name: name))
    try send()
  }

  /// Writes the chunk that is open.
  public func flush() throws(TraceWriteError) {
    guard chunk.count > 0 else { return }
    let counts = chunk.messageCounts
    let index = chunk.finish(position: position, hasIndexes: options.hasMessageIndexes)
    summary.add(index, messages: counts)
    pending.append(chunk.span)
    try send()
  }

  /// Ends the file: DataEnd, summary, footer.
  public func close() throws(TraceWriteError) {
    try flush()
    summary.write(at: position, checksum: checksum, into: &pending)
    try send()
    try output.close()
  }

  private func put(_ body: (inout ByteBuffer) -> Void) throws(TraceWriteError) {
    if options.isChunked { return chunk.addRecords(body) }
    body(&pending)
    try send()
  }

  private func send() throws(TraceWriteError) {
    checksum = crc32(pending.bytes, continuing: checksum)
    try output.write(pending.bytes)
    position += UInt64(pending.count)
    pending.removeAll()
  }
}
