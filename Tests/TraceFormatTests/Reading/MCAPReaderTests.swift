import Testing

@testable import TraceFormat

@Suite struct MCAPReaderTests {
  /// The messages of a conformance file by log time, as their numbers.
  private func expected(_ file: ConformanceFile) -> [UInt32] {
    let messages = file.records.filter { $0.type == "Message" }
    let times = messages.map { $0.number("log_time") as UInt64 }
    let order = messages.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    return order.map { messages[$0].number("sequence") }
  }

  @Test func readsEachConformanceFileWithChunkIndexes() throws {
    let files = try ConformanceFile.all().filter { $0.features.isSuperset(of: ["ch", "chx"]) }
    #expect(files.count > 40)
    for file in files {
      let reader = try #require(try MCAPReader(path: file.path), "\(file.name)")
      var numbers: [UInt32] = []
      try reader.forEachMessage { numbers.append($0.sequence) }
      #expect(numbers == expected(file), "\(file.name)")
    }
  }

  @Test func hasNoIndexOfAFileWithoutASummary() throws {
    for file in try ConformanceFile.all() where file.features.isEmpty {
      #expect(try MCAPReader(path: file.path) == nil, "\(file.name)")
    }
  }

  @Test func leavesOutChannelsThatAreNotAskedFor() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<9))
    let reader = try #require(try MCAPReader(path: file.path))
    var channels: [UInt16] = []
    try reader.forEachMessage(channels: [Topic.graph.rawValue]) { channels.append($0.channel) }
    #expect(channels == [2, 2])
  }

  @Test func mergesChunksThatOverlapInTime() throws {
    let output = MemoryOutput()
    let writer = try MCAPWriter(output: output, profile: "", library: "")
    for (index, time) in [5, 1, 9, 3, 7, 3].enumerated() {
      try [UInt8]().withUnsafeBytes {
        try writer.write(
          channel: 1, sequence: UInt32(index), logTime: UInt64(time), publishTime: 0, $0)
      }
      if index % 2 == 1 { try writer.flush() }
    }
    try writer.close()
    let file = TemporaryFile(output.bytes)
    let reader = try #require(try MCAPReader(path: file.path))
    var numbers: [UInt32] = []
    try reader.forEachMessage { numbers.append($0.sequence) }
    #expect(numbers == [1, 3, 5, 0, 4, 2])
  }

  @Test func anIndexThatLiesIsDamage() throws {
    let output = MemoryOutput()
    var summary = SummaryWriter()
    let span = CraftedTrace.chunk(1)
    var buffer = ByteBuffer()
    buffer.append(mcapMagic)
    buffer.append(HeaderRecord(profile: "gradtop", library: "another"))
    let start = UInt64(buffer.count)
    buffer.append(span)
    for offset in [start + 3, 1 << 40, .max] as [UInt64] {
      var lie = ChunkIndexRecord(
        startTime: 0, endTime: 9, chunkStart: offset, chunkLength: UInt64(span.count),
        messageIndexOffsets: [(3, .max)], messageIndexLength: .max, compression: "lies",
        compressedSize: .max, uncompressedSize: .max)
      if offset == .max { lie.chunkLength = .max }
      summary.add(lie, messages: [(3, 1)])
    }
    summary.write(at: UInt64(buffer.count), checksum: 0, into: &buffer)
    try output.write(buffer.bytes)
    let file = TemporaryFile(output.bytes)
    let reader = try #require(try MCAPReader(path: file.path))
    #expect(throws: TraceReadError.damaged(offset: start + 3, reason: "the index is wrong")) {
      try reader.forEachMessage { _ in }
    }
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.map(\.index) == [1])
    let index = try #require(try TraceIndex(path: file.path))
    let source = try TraceFile(path: file.path)
    for chunk in index.chunks {
      #expect(throws: TraceReadError.self) { try source.items(in: chunk.location) }
    }
  }
}
