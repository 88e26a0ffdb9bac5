import SeededNumbers
import Testing

@testable import TraceFormat

/// One test for each kind of damage that a trace may have suffered.
@Suite struct DamageTests {
  private func told(_ bytes: [UInt8]) throws -> Told {
    let file = TemporaryFile(bytes)
    return Told(polling: try TraceFile(path: file.path), limit: 3)
  }

  /// A trace of eight steps, one a chunk, and where the markers stand.
  private func trace(closes: Bool = true) -> (bytes: [UInt8], markers: [Int]) {
    let bytes = SampleTrace.bytes(steps: 0..<8, stepsPerChunk: 1, closes: closes)
    return (bytes, bytes.ranges(of: Marker.bytes).map { $0.lowerBound - RecordHead.size })
  }

  @Test func garbageBetweenChunksCostsNothing() throws {
    var (bytes, markers) = trace()
    bytes.insert(contentsOf: Array(repeating: 0xd1, count: 777), at: markers[3])
    let told = try told(bytes)
    #expect(told.steps.count == 8)
    let start = UInt64(markers[3])
    #expect(
      told.gaps == [
        TraceGap(bytes: start..<start + 777, reason: "there is no chunk where one should be")
      ])
  }

  @Test func zerosInTheMiddleCostTheirChunks() throws {
    var (bytes, markers) = trace()
    for index in (markers[3] + 20)..<(markers[5] + 30) { bytes[index] = 0 }
    let told = try told(bytes)
    #expect(told.steps.map(\.index) == [0, 1, 5, 6, 7])
    #expect(told.gaps.map(\.bytes).first?.lowerBound == UInt64(markers[3]))
  }

  @Test func zerosAtTheEndOfAGrowingFileAreReportedOnce() throws {
    let (bytes, _) = trace(closes: false)
    let told = try told(bytes + Array(repeating: 0, count: 4096))
    #expect(told.steps.count == 8)
    let end = UInt64(bytes.count)
    #expect(
      told.gaps == [
        TraceGap(bytes: end..<end + 4096, reason: "there is no chunk where one should be")
      ])
  }

  @Test func muchBehindTheEndIsOneGap() throws {
    let (bytes, _) = trace()
    let file = TemporaryFile(bytes + Array(repeating: 7, count: 1 << 20))
    let end = UInt64(bytes.count)
    #expect(
      try TraceInfo(path: file.path).gaps == [
        TraceGap(bytes: end..<end + 1 << 20, reason: "there are bytes behind the end")
      ])
  }

  @Test func bytesMissingFromAChunkCostThatChunk() throws {
    var (bytes, markers) = trace()
    bytes.removeSubrange(markers[4] + 100..<markers[4] + 140)
    let told = try told(bytes)
    #expect(told.steps.map(\.index) == [0, 1, 2, 4, 5, 6, 7])
    #expect(told.gaps.map(\.reason) == ["the checksum of a chunk does not match"])
  }

  @Test func bytesMissingFromTheLastChunkCostThatChunk() throws {
    var (bytes, markers) = trace()
    bytes.removeSubrange(markers[9] + 100..<markers[9] + 140)
    let file = TemporaryFile(bytes)
    let source = try TraceFile(path: file.path)
    let told = Told(polling: source)
    #expect(told.steps.count == 8)
    #expect(!told.gaps.isEmpty)
    #expect(source.state == .closed)
  }

  @Test func bytesAddedToAChunkCostThatChunk() throws {
    var (bytes, markers) = trace()
    bytes.insert(contentsOf: Array(repeating: 7, count: 50), at: markers[4] + 100)
    let told = try told(bytes)
    #expect(told.steps.map(\.index) == [0, 1, 2, 4, 5, 6, 7])
    #expect(told.gaps.count == 2)
  }

  @Test func aChunkThatIsMissingIsNoticedByItsNumber() throws {
    var (bytes, markers) = trace(closes: false)
    bytes.removeSubrange(markers[4]..<markers[5])
    let told = try told(bytes)
    #expect(told.steps.map(\.index) == [0, 1, 2, 4, 5, 6, 7])
    #expect(told.gaps.map(\.reason) == ["chunk 5 stands where chunk 4 should be"])
  }

  @Test func namesAreReadFromTheirRepetitionWhereTheFirstAreLost() throws {
    var (bytes, markers) = trace()
    for index in (markers[0] + 3)..<(markers[1] - 3) { bytes[index] = 0xaa }
    let told = try told(bytes)
    #expect(told.runs == [SampleTrace.run])
    #expect(told.graphs == [SampleTrace.graph()])
    #expect(told.steps.count == 8)
    #expect(told.gaps.count == 1)
  }

  @Test func aDamagedMarkerCostsNothing() throws {
    var (bytes, markers) = trace()
    bytes[markers[4] + 30] ^= 1
    let told = try told(bytes)
    #expect(told.steps.count == 8)
    let start = UInt64(markers[4])
    #expect(
      told.gaps == [TraceGap(bytes: start..<start + 57, reason: "a marker is damaged")])
  }

  @Test func aDamagedMessageIndexCostsNothing() throws {
    var (bytes, markers) = trace()
    bytes[markers[5] - 2] ^= 1
    let told = try told(bytes)
    #expect(told.steps.count == 8)
    #expect(told.gaps.map(\.reason) == ["the checksum of a chunk does not match"])
  }

  @Test func bytesBehindTheEndAreReported() throws {
    let (bytes, _) = trace()
    let told = try told(bytes + [1, 2, 3])
    #expect(told.steps.count == 8)
    #expect(told.gaps.map(\.reason) == ["there are bytes behind the end"])
  }

  @Test func aTraceBehindATraceIsReported() throws {
    let (bytes, _) = trace()
    let told = try told(bytes + bytes)
    #expect(told.steps.count == 8)
    #expect(!told.gaps.isEmpty)
  }

  @Test func aFileOfZerosIsNoTrace() {
    #expect(throws: TraceReadError.self) { try told(Array(repeating: 0, count: 5000)) }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func noiseEverywhereNeverTraps(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var (bytes, _) = trace()
    for _ in 0..<Int.random(in: 1...40, using: &generator) {
      let start = Int.random(in: 8..<bytes.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes[start] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.removeSubrange(start..<min(bytes.count, start + 9))
      default: bytes.insert(contentsOf: bytes[max(0, start - 60)..<start], at: start)
      }
    }
    let told = try told(bytes)
    #expect(!told.gaps.isEmpty)
    #expect(told.steps.allSatisfy { $0 == SampleTrace.step($0.index) })
  }
}
