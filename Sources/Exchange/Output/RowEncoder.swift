/// How rows become bytes.
protocol RowEncoder: Sendable {
  /// A table with `columns`.
  init(columns: [String])

  /// Appends what stands before the first row.
  func appendHeader(to bytes: inout [UInt8])

  /// Appends the cell of the column at `index`, and what parts it from the one before.
  func append(_ cell: Cell, at index: Int, to bytes: inout [UInt8])

  /// Appends what ends a row.
  func appendEnd(to bytes: inout [UInt8])
}

/// A row for each line, lines ended by CR LF, and a first one with the columns' names.
///
/// RFC 4180. A cell that was not measured is empty.
struct CSVRows: RowEncoder {
  private let columns: [String]

  init(columns: [String]) {
    self.columns = columns
  }

  func appendHeader(to bytes: inout [UInt8]) {
    for (index, column) in columns.enumerated() { append(.text(column), at: index, to: &bytes) }
    appendEnd(to: &bytes)
  }

  func append(_ cell: Cell, at index: Int, to bytes: inout [UInt8]) {
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    switch cell {
    case .text(let text): Self.append(text, to: &bytes)
    case .name(let name): bytes.append(contentsOf: name.csv)
    default: cell.append(to: &bytes)
    }
  }

  func appendEnd(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\r"))
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Appends `text`, quoted where it must be.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let needsQuotes = text.utf8.contains { byte in
      byte == quote || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\r")
        || byte == UInt8(ascii: "\n")
    }
    guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(quote)
    for byte in text.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }
}

/// A JSON object for each line, with the columns' names as keys.
///
/// RFC 8259. A cell that was not measured is null; NaN and Inf, which JSON has no number for, are the
/// strings `"nan"`, `"inf"` and `"-inf"`.
struct JSONRows: RowEncoder {
  /// What stands before each cell: `{"step":`, `,"node":`.
  private let keys: [[UInt8]]

  init(columns: [String]) {
    keys = columns.enumerated().map { index, column in
      var key = [UInt8(ascii: index == 0 ? "{" : ",")]
      JSONText.append(column, to: &key)
      key.append(UInt8(ascii: ":"))
      return key
    }
  }

  func appendHeader(to bytes: inout [UInt8]) {}

  func append(_ cell: Cell, at index: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: keys[index])
    JSONText.append(cell, to: &bytes)
  }

  func appendEnd(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "}\n".utf8)
  }
}
