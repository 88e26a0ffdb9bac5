import Foundation
import Screen
import Testing

/// Compares `canvas` with `Snapshots/NAME.txt`.
///
/// A missing picture is written, and the test fails once; `RECORD_SNAPSHOTS=1` writes all anew.
func expectSnapshot(
  _ canvas: Canvas, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots").appendingPathComponent("\(name).txt")
  // Spaces at the ends of lines would not survive an editor.
  let lines = canvas.lines().map { line in
    String(line.reversed().drop { $0 == " " }.reversed())
  }
  let text = lines.map { $0 + "\n" }.joined()
  let records = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"
  guard !records, FileManager.default.fileExists(atPath: file.path) else {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
    if !records {
      Issue.record("\(name) was missing and is written now", sourceLocation: sourceLocation)
    }
    return
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  #expect(lines == wanted.map(String.init), "\(name)", sourceLocation: sourceLocation)
}
