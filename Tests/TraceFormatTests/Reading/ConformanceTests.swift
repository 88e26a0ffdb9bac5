import Foundation
import Testing

@testable import TraceFormat

/// The public conformance files of the MCAP format: each must read as its `.json` says.
@Suite struct ConformanceTests {
  @Test func readsEachFileAsItsJSONSays() throws {
    let files = try ConformanceFile.all()
    #expect(files.count == 216)
    for file in files {
      var records: [RecordDescription] = []
      let gaps = try RecordListing.read(path: file.path) { records.append($0) }
      #expect(records.map(ConformanceFile.Record.init) == file.records, "\(file.name)")
      #expect(gaps == [], "\(file.name)")
    }
  }

  @Test func scansEachFileToItsEndWithoutAGap() throws {
    for file in try ConformanceFile.all() {
      let source = try TraceFile(path: file.path)
      let told = Told(polling: source)
      #expect(told.gaps == [], "\(file.name)")
      #expect(source.state == .closed, "\(file.name)")
    }
  }

  @Test func listsAFileOfOurs() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<4))
    var types: [String] = []
    _ = try RecordListing.read(path: file.path) { types.append($0.type) }
    let topics = Topic.allCases.count
    let names =
      Array(repeating: "Schema", count: topics) + Array(repeating: "Channel", count: topics)
    #expect(
      Array(types.prefix(2 * topics + 3)) == ["Header"] + names + ["Message", "Message"])
    #expect(types.filter { $0 == "Message" }.count == 4 + 2 * 2)
    #expect(types.last == "Footer")
  }

  @Test func saysWhereAFileIsCutOff() throws {
    let file = TemporaryFile(Array(SampleTrace.bytes(steps: 0..<4).dropLast(20)))
    var last: RecordDescription?
    let gaps = try RecordListing.read(path: file.path) { last = $0 }
    #expect(last?.type == "SummaryOffset")
    let end = UInt64(file.bytes.count)
    #expect(gaps == [TraceGap(bytes: end - 17..<end, reason: "the file ends inside a record")])
  }

  @Test func stepsOverAChunkThatIsDamaged() throws {
    var bytes = SampleTrace.bytes(steps: 0..<4, stepsPerChunk: 1)
    let whole = try messages(of: bytes)
    let markers = bytes.ranges(of: Marker.bytes).map(\.lowerBound)
    bytes[markers[3] + 130] ^= 1
    let (damaged, gaps) = try messages(of: bytes)
    #expect(damaged == whole.0 - 1)
    #expect(gaps.count == 1 && gaps[0].bytes.contains(UInt64(markers[3] + 130)))
  }

  private func messages(of bytes: [UInt8]) throws -> (Int, [TraceGap]) {
    let file = TemporaryFile(bytes)
    var count = 0
    let gaps = try RecordListing.read(path: file.path) { count += $0.type == "Message" ? 1 : 0 }
    return (count, gaps)
  }
}
