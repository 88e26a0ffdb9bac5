import Testing

@testable import TraceFormat

/// Damage with sound checksums: broken writers, and files made to break readers.
@Suite struct CraftedDamageTests {
  /// What a trace tells that has `span` between two good chunks; no damage may cost these.
  private func gaps(
    around span: [UInt8], length: UInt64? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    var trace = CraftedTrace()
    trace.append(span: CraftedTrace.chunk(1))
    trace.append(span: span, length: length)
    trace.append(span: CraftedTrace.chunk(3))
    let file = TemporaryFile(trace.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    let steps = told.steps.map(\.index)
    #expect(steps.first == 1 && steps.last == 3, sourceLocation: sourceLocation)
    return told.gaps.map(\.reason)
  }

  @Test func aSoundTraceHasNoGap() throws {
    #expect(try gaps(around: CraftedTrace.chunk(2)) == [])
  }

  @Test func aChunkThatClaimsAnEnormousSize() throws {
    let chunk = CraftedTrace.chunk([1, 2], compression: "zstd", size: 1 << 40)
    #expect(try gaps(around: chunk) == ["the chunk claims 1099511627776 bytes, more than 64 MiB"])
  }

  @Test func aChunkWhoseSizeOverflows() throws {
    let chunk = CraftedTrace.chunk([1, 2], compression: "zstd", size: .max)
    #expect(
      try gaps(around: chunk) == ["the chunk claims 18446744073709551615 bytes, more than 64 MiB"])
  }

  @Test func aChunkThatDecompressesToMoreThanItClaims() throws {
    let bomb = CraftedTrace.zstd(Array(repeating: 0, count: 8 << 20))
    let chunk = CraftedTrace.chunk([], compression: "zstd", size: 100, stored: bomb)
    #expect(bomb.count < 2_000)
    #expect(try gaps(around: chunk) == ["the chunk does not decompress"])
  }

  @Test func aChunkThatDecompressesToLessThanItClaims() throws {
    let stored = CraftedTrace.zstd([1, 2, 3])
    let chunk = CraftedTrace.chunk([1, 2, 3], compression: "zstd", size: 4, stored: stored)
    #expect(try gaps(around: chunk) == ["the chunk does not decompress"])
  }

  @Test func anLZ4ChunkThatDecompressesToMoreThanItClaims() throws {
    let bomb = CraftedTrace.lz4(Array(repeating: 0, count: 8 << 20))
    let chunk = CraftedTrace.chunk([], compression: "lz4", size: 100, stored: bomb)
    #expect(bomb.count < 40_000)
    #expect(try gaps(around: chunk) == ["the chunk does not decompress"])
  }

  @Test func anLZ4ChunkThatIsCutOff() throws {
    let records = CraftedTrace.message(SampleTrace.step(2))
    let stored = Array(CraftedTrace.lz4(records).dropLast(5))
    let chunk = CraftedTrace.chunk(records, compression: "lz4", stored: stored)
    #expect(try gaps(around: chunk) == ["the chunk does not decompress"])
  }

  @Test func aSoundLZ4ChunkIsRead() throws {
    let records = CraftedTrace.message(SampleTrace.step(2))
    let chunk = CraftedTrace.chunk(records, compression: "lz4", stored: CraftedTrace.lz4(records))
    #expect(try gaps(around: chunk) == [])
  }

  @Test func aChunkWithAnUnknownCompression() throws {
    let chunk = CraftedTrace.chunk([1, 2, 3], compression: "br")
    #expect(try gaps(around: chunk) == ["the chunk is compressed with \"br\""])
  }

  @Test func aChunkThatEndsInsideItsHead() throws {
    var buffer = ByteBuffer()
    buffer.appendRecord(.chunk) { $0.append([1, 2, 3]) }
    #expect(try gaps(around: Array(buffer.bytes)) == ["the chunk is malformed"])
  }

  @Test func aChunkThatEndsInsideARecord() throws {
    let records = CraftedTrace.message(SampleTrace.step(2)).dropLast()
    #expect(
      try gaps(around: CraftedTrace.chunk(Array(records))) == ["the chunk ends inside a record"])
  }

  @Test func aMessageThatEndsInsideAField() throws {
    let chunk = CraftedTrace.chunk(CraftedTrace.message([0x08]))
    #expect(
      try gaps(around: chunk)
        == ["a message on /step is malformed: the message ends inside a field"])
  }

  @Test func aStepWithColumnsOfDifferentLength() throws {
    var step = SampleTrace.step(2)
    step.ops.gap.removeLast()
    let chunk = CraftedTrace.chunk(CraftedTrace.message(step))
    #expect(
      try gaps(around: chunk)
        == ["a message on /step is malformed: the op columns of the step differ in length"])
  }

  @Test func aMessageOnAnUnknownChannelIsSkipped() throws {
    let chunk = CraftedTrace.chunk(CraftedTrace.message(channel: 99, [0xff, 0xff]))
    #expect(try gaps(around: chunk) == [])
  }

  @Test func aMarkerWithAnEnormousLength() throws {
    let reasons = try gaps(around: CraftedTrace.chunk(2), length: 1 << 62)
    #expect(reasons == ["a marker is damaged"])
  }

  @Test func aMarkerWithALengthThatIsTooShort() throws {
    let reasons = try gaps(around: CraftedTrace.chunk(2), length: 5)
    #expect(reasons.first == "the checksum of a chunk does not match")
  }

  @Test func aRecordWhoseLengthOverflows() throws {
    var trace = CraftedTrace()
    trace.append(span: CraftedTrace.chunk(1))
    trace.append(unmarked: [Opcode.chunk.rawValue] + Array(repeating: 0xff, count: 8))
    trace.append(span: CraftedTrace.chunk(3))
    let file = TemporaryFile(trace.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.map(\.index) == [1, 3])
    #expect(told.gaps.map(\.reason) == ["there is no chunk where one should be"])
  }

  @Test func droppedEventsAreToldWithTheirNumber() throws {
    var trace = CraftedTrace()
    for dropped in [0, 5, 5, 7] as [UInt64] {
      trace.append(span: CraftedTrace.chunk(1), droppedEvents: dropped)
    }
    let file = TemporaryFile(trace.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.count == 4)
    #expect(told.gaps.map(\.droppedEvents) == [5, 2])
    #expect(told.gaps.allSatisfy { $0.bytes.isEmpty })
  }

  @Test func aDataEndBeforeTheEndIsSteppedOver() throws {
    var trace = CraftedTrace()
    trace.append(span: CraftedTrace.chunk(1))
    trace.append(unmarked: [Opcode.dataEnd.rawValue, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    trace.append(span: CraftedTrace.chunk(2))
    let file = TemporaryFile(trace.bytes)
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.map(\.index) == [1, 2])
    #expect(told.gaps.map(\.reason) == ["there is a chunk behind the end of the data"])
  }

  @Test func aWriterWithoutMarkersIsReadToo() throws {
    var buffer = ByteBuffer()
    buffer.append(mcapMagic)
    buffer.appendRecord(.header) { buffer in
      buffer.append(prefixed: "gradtop")
      buffer.append(prefixed: "another")
    }
    let good = CraftedTrace.chunk(1)
    var bad = CraftedTrace.chunk(2)
    bad[bad.count - 3] ^= 1
    let file = TemporaryFile(Array(buffer.bytes) + good + bad + CraftedTrace.chunk(3))
    let told = Told(polling: try TraceFile(path: file.path))
    #expect(told.steps.map(\.index) == [1, 3])
    #expect(told.gaps.map(\.reason) == ["the chunk's checksum does not match"])
  }
}
