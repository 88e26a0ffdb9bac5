import Glibc

/// Rows of numbers in a text, separated by a delimiter.
struct NumberTable {
  private(set) var names: [String] = []
  private(set) var numbers: [Double] = []
  private(set) var columns = 0
  private(set) var rows = 0
  /// The line in the file of each row.
  private(set) var lines: [Int] = []

  /// Reads a table; the error says line, column and what is wrong.
  init(_ bytes: [UInt8], delimiter: UInt8, hasHeader: Bool) throws(Refusal) {
    var bytes = bytes
    // strtod stops at this.
    bytes.append(0)
    var (start, line) = (0, 0)
    var awaitsHeader = hasHeader
    let end = bytes.count - 1
    while start < end {
      let stop = bytes[start..<end].firstIndex(of: 0x0A) ?? end
      line += 1
      let isBlank = bytes[start..<stop].allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
      if awaitsHeader, !isBlank {
        names = bytes[start..<stop].split(separator: delimiter, omittingEmptySubsequences: false)
          .map { Self.trimmed(String(decoding: $0, as: UTF8.self)) }
        awaitsHeader = false
      } else if !isBlank {
        try readRow(&bytes, start..<stop, line: line, delimiter: delimiter)
      }
      start = stop + 1
    }
  }

  /// A place in a table that cannot be read.
  struct Refusal: Error {
    let reason: String
  }

  private mutating func readRow(
    _ bytes: inout [UInt8], _ range: Range<Int>, line: Int, delimiter: UInt8
  ) throws(Refusal) {
    var (start, column) = (range.lowerBound, 0)
    while true {
      let stop = bytes[start..<range.upperBound].firstIndex(of: delimiter) ?? range.upperBound
      let text = Self.trimmed(String(decoding: bytes[start..<stop], as: UTF8.self))
      guard let number = Double(text) else {
        throw Refusal(
          reason: "line \(line), column \(column + 1): expected a number, found \"\(text)\"")
      }
      guard number.isFinite else {
        throw Refusal(reason: "line \(line), column \(column + 1): \(text) is not finite")
      }
      numbers.append(number)
      column += 1
      if stop == range.upperBound { break }
      start = stop + 1
    }
    if columns == 0 { columns = column }
    guard column == columns else {
      throw Refusal(
        reason: "line \(line): \(column) columns, where the lines before have \(columns)")
    }
    rows += 1
    lines.append(line)
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace = { (character: Character) in character.isWhitespace || character == "\"" }
    var part = text[...].drop(while: isSpace)
    while let last = part.last, isSpace(last) { part = part.dropLast() }
    return String(part)
  }
}
