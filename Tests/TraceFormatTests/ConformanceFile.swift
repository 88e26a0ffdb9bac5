import Foundation

@testable import TraceFormat

/// One of the public conformance files of the MCAP format, and what its `.json` says.
struct ConformanceFile {
  var name: String
  var path: String
  var records: [Record]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Conformance")

  private struct Document: Decodable {
    var records: [Record]
  }

  static func all() throws -> [ConformanceFile] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".mcap") }.sorted()
      .map { try ConformanceFile(String($0.dropLast(5))) }
  }

  private init(_ name: String) throws {
    self.name = name
    let place = Self.folder.appending(path: name)
    path = place.appendingPathExtension("mcap").path
    let json = try Data(contentsOf: place.appendingPathExtension("json"))
    records = try JSONDecoder().decode(Document.self, from: json).records
  }

  /// The features that the file uses: `ch`, `mx`, ...
  var features: Set<Substring> { Set(name.split(separator: "-").dropFirst()) }

  var bytes: [UInt8] {
    get throws { Array(try Data(contentsOf: URL(filePath: path))) }
  }
}

extension ConformanceFile {
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
}

extension ConformanceFile.Record {
  private func field(_ name: String) -> ConformanceFile.Field? {
    fields.first { $0.first == .text(name) }?.last
  }

  func text(_ name: String) -> String {
    if case .text(let text)? = field(name) { text } else { "" }
  }

  func number<Number: FixedWidthInteger>(_ name: String) -> Number { Number(text(name)) ?? 0 }

  func bytes(_ name: String) -> [UInt8] {
    if case .list(let list)? = field(name) { list.compactMap { UInt8($0) } } else { [] }
  }

  func map(_ name: String) -> [(String, String)] {
    if case .map(let map)? = field(name) { map.sorted { $0.key < $1.key } } else { [] }
  }
}
