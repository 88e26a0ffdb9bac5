import Testing

@testable import TraceFormat

/// Each way to flip or cut a small trace.
@Suite struct DamageSweepTests {
  private static let whole = SampleTrace.bytes(steps: 0..<8)
  /// Of the message index behind each chunk: two steps are in it.
  private static let indexSize = 9 + 2 + 4 + 2 * 16
  private static let expected = (0..<8 as Range<UInt64>).map { SampleTrace.step($0) }

  /// The steps that were told, after checking that only those of the chunk at `byte` are missing.
  private func check(
    _ told: Told, of whole: Told, flipped byte: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let kept = Set(told.steps.map(\.index))
    let lost = zip(whole.steps, whole.locations).filter { !kept.contains($0.0.index) }
    let isOfTheChunk = lost.allSatisfy { _, location in
      let start = Int(location.offset) - Marker.recordSize
      let end = Int(location.offset + location.length) + Self.indexSize
      return (start..<end).contains(byte)
    }
    let isSubset = told.steps.allSatisfy { step in whole.steps.contains(step) }
    #expect(
      isOfTheChunk && isSubset && told.runs.count == 1 && told.graphs.count == 1
        && !told.gaps.isEmpty,
      "byte \(byte): lost \(lost.map(\.0.index)), \(told.gaps)", sourceLocation: sourceLocation)
  }

  /// What stands behind the last chunk holds no step: whether all chunks are found there is seen
  /// without decoding any.
  private static let summaryStart =
    whole.ranges(of: [Opcode.dataEnd.rawValue, 4, 0, 0, 0, 0, 0, 0, 0]).last?.lowerBound ?? 0

  private struct Scanned: Equatable {
    var chunks: [Finding] = []
    var gaps = 0
    var isClosed = false
  }

  private func scan(_ path: String) throws -> Scanned {
    var scanned = Scanned()
    var scan = try FileScanner(path: path)
    while let findings = try scan.next() {
      for finding in findings {
        if case .gap = finding { scanned.gaps += 1 } else { scanned.chunks.append(finding) }
      }
    }
    scanned.isClosed = scan.isClosed
    return scanned
  }

  @Test func aFlippedBitBehindTheChunksCostsNothing() throws {
    let file = TemporaryFile(Self.whole)
    let whole = try scan(file.path)
    try #require(whole.isClosed && whole.gaps == 0 && Self.summaryStart > 0)
    for byte in Self.summaryStart..<Self.whole.count {
      file.overwrite(byte, with: Self.whole[byte] ^ 1 << UInt8(byte % 8))
      let flipped = try scan(file.path)
      // Whether the trace has ended, a damaged end need not tell.
      #expect(flipped.chunks == whole.chunks && flipped.gaps > 0, "byte \(byte)")
      file.overwrite(byte, with: Self.whole[byte])
    }
  }

  @Test func losesAtMostTheChunkWithTheFlippedBitAndReportsIt() throws {
    let file = TemporaryFile(Self.whole)
    let whole = Told(polling: try TraceFile(path: file.path))
    try #require(whole.gaps == [] && whole.steps == Self.expected)
    for byte in 0..<Self.summaryStart {
      file.overwrite(byte, with: Self.whole[byte] ^ 1 << UInt8(byte % 8))
      let source = try TraceFile(path: file.path)
      check(Told(polling: source, limit: 100), of: whole, flipped: byte)
      #expect(source.state == .closed, "byte \(byte)")
      file.overwrite(byte, with: Self.whole[byte])
    }
  }

  /// Without a checksum of the data section, the texts of the header are covered by none.
  @Test func reportsEachFlippedByteOfAnUnclosedTraceButTheTextsOfItsHeader() throws {
    let bytes = SampleTrace.bytes(steps: 0..<8, closes: false)
    let file = TemporaryFile(bytes)
    let whole = Told(polling: try TraceFile(path: file.path))
    let header = bytes.firstRange(of: Marker.bytes).map { $0.lowerBound - RecordHead.size } ?? 0
    let texts = mcapMagic.count + RecordHead.size..<header
    try #require(texts.count == 4 + 7 + 4 + 11)
    for byte in bytes.indices {
      file.overwrite(byte, with: bytes[byte] ^ 0x10)
      let told = Told(polling: try TraceFile(path: file.path), limit: 100)
      if texts.contains(byte) {
        #expect(told == whole, "byte \(byte)")
      } else {
        checkUnclosed(told, of: whole, flipped: byte)
      }
      file.overwrite(byte, with: bytes[byte])
    }
  }

  private func checkUnclosed(_ told: Told, of whole: Told, flipped byte: Int) {
    // The only home of the names may be the damaged chunk here.
    var told = told
    if told.runs.isEmpty { told.runs = whole.runs }
    if told.graphs.isEmpty { told.graphs = whole.graphs }
    check(told, of: whole, flipped: byte)
  }

  @Test func tellsEachWholeChunkOfATraceCutOffAnywhere() throws {
    let file = TemporaryFile(Self.whole)
    let whole = Told(polling: try TraceFile(path: file.path))
    for size in (Self.summaryStart..<Self.whole.count).reversed() {
      file.truncate(to: size)
      let cut = try scan(file.path)
      #expect(cut.gaps == 0 && !cut.isClosed && cut.chunks.count == 4 + 2, "\(size) bytes")
    }
    for size in (0..<Self.summaryStart).reversed() {
      file.truncate(to: size)
      let source = try TraceFile(path: file.path)
      let told = Told(polling: source, limit: 100)
      let complete = zip(whole.steps, whole.locations).filter { _, location in
        Int(location.offset + location.length) + Self.indexSize <= size
      }
      #expect(
        told.gaps == [] && told.steps == complete.map(\.0) && source.state == .growing,
        "\(size) bytes: \(told.steps.map(\.index)), \(told.gaps)")
    }
  }
}
