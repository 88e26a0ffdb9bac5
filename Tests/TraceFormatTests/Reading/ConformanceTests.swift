import Foundation
import Testing

@testable import TraceFormat

/// The public conformance files of the MCAP format: each must read as its `.json` says.
@Suite struct ConformanceTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Conformance")

  private static func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".mcap") }.sorted()
  }

  @Test func readsEachFileAsItsJSONSays() throws {
    let files = try Self.files()
    #expect(files.count == 216)
    for file in files {
      let path = Self.folder.appending(path: file).path
      let json = try Data(
        contentsOf: URL(filePath: path.replacing(".mcap", with: ".json")))
      let expected = try JSONDecoder().decode(Expected.self, from: json)
      var records: [RecordDescription] = []
      try RecordListing.read(path: path) { records.append($0) }
      #expect(records.map(Expected.Record.init) == expected.records, "\(file)")
    }
  }

  @Test func scansEachFileToItsEndWithoutAGap() throws {
    for file in try Self.files() {
      let source = try TraceFile(path: Self.folder.appending(path: file).path)
      let told = Told(polling: source)
      #expect(told.gaps == [], "\(file)")
      #expect(source.state == .closed, "\(file)")
    }
  }

  @Test func listsAFileOfOurs() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<4))
    var types: [String] = []
    try RecordListing.read(path: file.path) { types.append($0.type) }
    let names = Array(repeating: "Schema", count: 3) + Array(repeating: "Channel", count: 3)
    #expect(Array(types.prefix(9)) == ["Header"] + names + ["Message", "Message"])
    #expect(types.filter { $0 == "Message" }.count == 4 + 2 * 2)
    #expect(types.last == "Footer")
  }

  @Test func saysWhereAFileIsCutOff() {
    let file = TemporaryFile(Array(SampleTrace.bytes(steps: 0..<4).dropLast(20)))
    var last: RecordDescription?
    let error = #expect(throws: TraceReadError.self) {
      try RecordListing.read(path: file.path) { last = $0 }
    }
    #expect(last?.type == "SummaryOffset")
    #expect(
      error
        == .damaged(
          offset: UInt64(file.bytes.count - 17), reason: "the file ends inside a record"))
  }
}

/// What a `.json` says.
private struct Expected: Decodable {
  struct Record: Decodable, Equatable {
    var type: String
    var fields: [[Field]]

    init(_ record: RecordDescription) {
      type = record.type
      fields = record.fields.map { [.text($0.name), Field($0.value)] }
    }
  }

  enum Field: Decodable, Equatable {
    case text(String)
    case list([String])
    case map([String: String])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let text = try? value.decode(String.self) {
        self = .text(text)
      } else if let list = try? value.decode([String].self) {
        self = .list(list)
      } else {
        self = .map(try value.decode([String: String].self))
      }
    }

    init(_ value: RecordDescription.Value) {
      switch value {
      case .number(let number): self = .text(String(number))
      case .text(let text): self = .text(text)
      case .bytes(let bytes): self = .list(bytes.map { String($0) })
      case .map(let entries):
        self = .map(
          .init(
            entries.map { entry in
              switch entry.value {
              case .number(let number): (entry.name, String(number))
              case .text(let text): (entry.name, text)
              case .bytes, .map: (entry.name, "?")
              }
            }, uniquingKeysWith: { $1 }))
      }
    }
  }

  var records: [Record]
}
