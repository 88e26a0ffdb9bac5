/// How rows become bytes.
protocol RowEncoder: Sendable {
  /// Appends what stands before the first row.
  func encode(header columns: [String], into bytes: inout [UInt8])

  /// Appends a row, with a cell for each column.
  func encode(_ row: [Cell], of columns: [String], into bytes: inout [UInt8])
}

/// A row for each line, lines ended by CR LF, and a first one with the columns' names.
///
/// RFC 4180. A cell that was not measured is empty.
struct CSVRows: RowEncoder {
  func encode(header columns: [String], into bytes: inout [UInt8]) {
    encode(columns.map { .text($0) }, of: columns, into: &bytes)
  }

  func encode(_ row: [Cell], of columns: [String], into bytes: inout [UInt8]) {
    for (index, cell) in row.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if case .text(let text) = cell {
        append(text, to: &bytes)
      } else {
        cell.append(to: &bytes)
      }
    }
    bytes.append(contentsOf: "\r\n".utf8)
  }

  private func append(_ text: String, to bytes: inout [UInt8]) {
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
  func encode(header columns: [String], into bytes: inout [UInt8]) {}

  func encode(_ row: [Cell], of columns: [String], into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for (index, (column, cell)) in zip(columns, row).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONText.append(column, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      JSONText.append(cell, to: &bytes)
    }
    bytes.append(contentsOf: "}\n".utf8)
  }
}
