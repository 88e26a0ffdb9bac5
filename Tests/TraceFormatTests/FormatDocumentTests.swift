import Foundation
import Testing

@testable import TraceFormat

/// The worked example in `traces/FORMAT.md` is what the writer makes.
@Suite struct FormatDocumentTests {
  private static func document() throws -> String {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../traces/FORMAT.md").standardized
    return String(decoding: try Data(contentsOf: path), as: UTF8.self)
  }

  private static let example: [UInt8] = {
    var run = Run()
    run.runID = "4f1d"
    run.name = "tiny"
    run.version = "0.1"
    var options = TraceWriter.Options()
    options.compression = .none
    let output = MemoryOutput()
    TraceWriter(output: output, run: run, options: options).close(now: 0)
    return output.bytes
  }()

  /// Sixteen bytes a line, in hexadecimal and as characters.
  private static func hexdump(_ bytes: some Collection<UInt8>) -> String {
    func hex(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let bytes = Array(bytes)
    return stride(from: 0, to: bytes.count, by: 16).map { start in
      let line = bytes[start..<min(start + 16, bytes.count)]
      let codes = line.map { hex(Int($0), 2) }.joined(separator: " ")
      let text = line.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "." }
      return "\(hex(start, 4))  \(codes)  \(text.joined())\n"
    }.joined()
  }

  @Test func theExampleIsWhatTheWriterMakes() throws {
    let expected = Self.hexdump(Self.example.prefix(192))
    #expect(
      try Self.document().contains("```text\n\(expected)```\n"),
      "FORMAT.md should show:\n\(expected)")
  }

  @Test func theMarkersFixedBytesAreThoseOfTheDocument() throws {
    let bytes = Self.hexdump(Marker.bytes).split(separator: "  ")[1]
    #expect(try Self.document().contains("`\(bytes)`"))
  }

  @Test func eachChannelIsInTheDocument() throws {
    let document = try Self.document()
    for topic in Topic.allCases {
      #expect(document.contains("| \(topic.rawValue) | `\(topic.name)` | `\(topic.schema)` |"))
    }
  }
}
