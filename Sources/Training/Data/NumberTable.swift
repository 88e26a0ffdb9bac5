import Glibc

/// Rows of numbers in a text, separated by a delimiter.
struct NumberTable {
  private(set) var names: [String] = []
  private(set) var numbers: [Double] = []
  private(set) var columns = 0
  private(set) var rows = 0
  /// The line in the file of each row.
  private(set) var lines: [Int] = []
  /// By column: what its cells say where those are names rather than numbers, each once, sorted.
  ///
  /// Its numbers are places in that list.
  private(set) var classes: [Int: [String]] = [:]

  /// Names of the cells in columns that hold names: in order of their appearance, until all are read.
  private var found: [Int: [String: Int]] = [:]
  private let allowsNames: Bool

  /// Reads a table; the error says line, column and what is wrong.
  ///
  /// - Parameter allowsNames: Whether a column may hold names, of classes.
  init(
    _ bytes: [UInt8], delimiter: UInt8, hasHeader: Bool, allowsNames: Bool = false
  ) throws(Refusal) {
    self.allowsNames = allowsNames
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
    sortClasses()
  }

  /// Numbers the classes as their names are sorted, as sklearn's LabelEncoder does.
  private mutating func sortClasses() {
    for (column, names) in found {
      let sorted = names.keys.sorted()
      var places = Array(repeating: 0.0, count: sorted.count)
      for (place, name) in sorted.enumerated() { places[names[name] ?? 0] = Double(place) }
      for row in 0..<rows {
        let index = row * columns + column
        numbers[index] = places[Int(numbers[index])]
      }
      classes[column] = sorted
    }
  }

  /// The number of a class by its name; nil where the column holds numbers.
  private mutating func number(ofClass name: String, column: Int) -> Double? {
    guard allowsNames, !name.isEmpty, rows == 0 || found[column] != nil else { return nil }
    let next = found[column]?.count ?? 0
    if let known = found[column, default: [:]][name] { return Double(known) }
    found[column, default: [:]][name] = next
    return Double(next)
  }

  /// A place in a table that cannot be read.
  struct Refusal: Error {
    let reason: String
    /// Whether it is no number at all.
    var isName = false
  }

  private mutating func readRow(
    _ bytes: inout [UInt8], _ range: Range<Int>, line: Int, delimiter: UInt8
  ) throws(Refusal) {
    var (start, column) = (range.lowerBound, 0)
    while true {
      let stop = bytes[start..<range.upperBound].firstIndex(of: delimiter) ?? range.upperBound
      let text = Self.trimmed(String(decoding: bytes[start..<stop], as: UTF8.self))
      let isNamed = found[column] != nil
      guard
        let number = isNamed
          ? number(ofClass: text, column: column)
          : Double(text) ?? number(ofClass: text, column: column)
      else {
        throw Refusal(
          reason: "line \(line), column \(column + 1): expected a number, found \"\(text)\"",
          isName: true)
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
