/// A line of a table in its cells.
///
/// A cell that begins with a quote ends with one; between the two stand delimiters, and quotes
/// written twice. RFC 4180, section 2, but for cells of more than one line.
struct TableLine {
  /// What the cells say, without the quotes and the spaces around.
  private(set) var cells: [String] = []

  private static let quote = UInt8(ascii: "\"")

  /// The line with this number in its file.
  init(
    _ bytes: ArraySlice<UInt8>, delimiter: UInt8, number: Int
  ) throws(NumberTable.Refusal) {
    guard delimiter != Self.quote, bytes.contains(Self.quote) else {
      cells = bytes.split(separator: delimiter, omittingEmptySubsequences: false).map {
        Self.trimmed($0)
      }
      return
    }
    var rest = bytes
    while true {
      var cell: [UInt8] = []
      let inside = rest.drop { ($0 == 0x20 || $0 == 0x09) && $0 != delimiter }
      if inside.first == Self.quote {
        rest = inside.dropFirst()
        guard Self.unquote(&rest, into: &cell) else {
          throw NumberTable.Refusal(
            reason: "line \(number), column \(cells.count + 1): a quote is not closed",
            hint: "a cell in quotes ends on its line; a quote in it is written twice")
        }
      }
      let stop = rest.firstIndex(of: delimiter)
      cell += rest[..<(stop ?? rest.endIndex)]
      cells.append(Self.trimmed(cell[...]))
      guard let stop else { return }
      rest = rest[(stop + 1)...]
    }
  }

  /// Takes what stands before the closing quote, and that; whether there is one.
  private static func unquote(_ rest: inout ArraySlice<UInt8>, into cell: inout [UInt8]) -> Bool {
    while let stop = rest.firstIndex(of: quote) {
      cell += rest[..<stop]
      rest = rest[(stop + 1)...]
      guard rest.first == quote else { return true }
      cell.append(quote)
      rest = rest.dropFirst()
    }
    return false
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    var part = String(decoding: bytes, as: UTF8.self)[...].drop { $0.isWhitespace }
    while let last = part.last, last.isWhitespace { part = part.dropLast() }
    return String(part)
  }
}
