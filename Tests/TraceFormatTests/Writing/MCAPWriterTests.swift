import Testing

@testable import TraceFormat

@Suite struct MCAPWriterTests {
  /// What stands before DataEnd, written with the features of the file's name.
  private func write(_ file: ConformanceFile) throws -> [UInt8] {
    var options = MCAPWriter.Options()
    options.compression = .none
    options.isChunked = file.features.contains("ch")
    options.hasMessageIndexes = file.features.contains("mx")
    options.repeatsSchemas = file.features.contains("rsh")
    options.repeatsChannels = file.features.contains("rch")
    options.hasStatistics = file.features.contains("st")
    options.hasChunkIndexes = file.features.contains("chx")
    options.hasAttachmentIndexes = file.features.contains("ax")
    options.hasMetadataIndexes = file.features.contains("mdx")
    options.hasSummaryOffsets = file.features.contains("sum")
    let output = MemoryOutput()
    let writer = try MCAPWriter(
      output: output, profile: file.records[0].text("profile"),
      library: file.records[0].text("library"), options: options)
    for record in file.records.prefix(while: { $0.type != "DataEnd" }) {
      try write(record, to: writer)
    }
    try writer.close()
    return output.bytes
  }

  private func write(_ record: ConformanceFile.Record, to writer: MCAPWriter) throws {
    let data = record.bytes("data")
    switch record.type {
    case "Schema":
      try data.withUnsafeBytes {
        try writer.add(
          schema: record.number("id"), name: record.text("name"),
          encoding: record.text("encoding"), data: $0)
      }
    case "Channel":
      try writer.add(
        channel: record.number("id"), schema: record.number("schema_id"),
        topic: record.text("topic"), encoding: record.text("message_encoding"),
        metadata: record.map("metadata"))
    case "Message":
      try data.withUnsafeBytes {
        try writer.write(
          channel: record.number("channel_id"), sequence: record.number("sequence"),
          logTime: record.number("log_time"), publishTime: record.number("publish_time"), $0)
      }
    case "Attachment":
      try data.withUnsafeBytes {
        try writer.write(
          attachment: record.text("name"), mediaType: record.text("media_type"),
          logTime: record.number("log_time"), createTime: record.number("create_time"), $0)
      }
    case "Metadata": try writer.write(metadata: record.text("name"), record.map("metadata"))
    default: break
    }
  }

  /// Those with extra data at the end of records need no writer: no field of ours is unknown.
  @Test func writesEachConformanceFileByteForByte() throws {
    let files = try ConformanceFile.all().filter { !$0.features.contains("pad") }
    #expect(files.count > 100)
    for file in files { #expect(try write(file) == file.bytes, "\(file.name)") }
  }

  @Test(arguments: ChunkCompression.allCases)
  func whatItWritesReadsTheSame(compression: ChunkCompression) throws {
    let output = MemoryOutput()
    var options = MCAPWriter.Options()
    options.compression = compression
    options.chunkBytes = 10_000
    let writer = try MCAPWriter(output: output, profile: "", library: "test", options: options)
    try writer.add(channel: 7, schema: 0, topic: "/points", encoding: "json")
    let payload = Array(repeating: UInt8(ascii: "x"), count: 700)
    for index in 0..<100 as Range<UInt64> {
      try payload.withUnsafeBytes {
        try writer.write(
          channel: 7, sequence: UInt32(index), logTime: 1000 + index, publishTime: index, $0)
      }
    }
    try writer.close()
    let file = TemporaryFile(output.bytes)
    var listed = 0
    #expect(
      try RecordListing.read(path: file.path) { listed += $0.type == "Message" ? 1 : 0 } == [])
    #expect(listed == 100)
    let reader = try #require(try MCAPReader(path: file.path))
    var read: [MCAPReader.Message] = []
    try reader.forEachMessage(in: 1_040...1_044) { read.append($0) }
    #expect(read.map(\.sequence) == [40, 41, 42, 43, 44])
    #expect(read.allSatisfy { $0.data == payload && $0.channel == 7 })
    #expect(reader.topics == [7: "/points"])
    #expect(reader.messageCount == 100)
  }
}
