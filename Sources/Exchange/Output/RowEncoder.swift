/// How rows become bytes.
///
/// CSV has a row for each line, lines ended by CR LF, and a first one with the columns' names; a cell
/// that was not measured is empty (RFC 4180). JSON has an object for each line, with the columns' names
/// as keys; a cell that was not measured is null (RFC 8259).
struct RowEncoder: Sendable {
  private let format: TableFormat
  private let columns: [String]
  /// What stands before each cell in JSON: `{"step":`, `,"node":`.
  private let keys: [[UInt8]]

  /// A table with `columns`.
  init(columns: [String], format: TableFormat) {
    self.format = format
    self.columns = columns
    keys = columns.enumerated().map { index, column in
      var key = TextBuffer()
      key.append(ascii: index == 0 ? "{" : ",")
      key.append(quoted: column)
      key.append(ascii: ":")
      return key.array
    }
  }

  /// Appends what stands before the first row.
  func appendHeader(to text: inout TextBuffer) {
    guard format == .csv else { return }
    for (index, column) in columns.enumerated() { append(.text(column), at: index, to: &text) }
    appendEnd(to: &text)
  }

  /// Appends the cell of the column at `index`, and what parts it from the one before.
  @inline(__always)
  func append(_ cell: Cell, at index: Int, to text: inout TextBuffer) {
    switch format {
    case .csv:
      if index > 0 { text.append(ascii: ",") }
      text.append(csv: cell)
    case .json:
      append(json: cell, at: index, to: &text)
    }
  }

  private func append(json cell: Cell, at index: Int, to text: inout TextBuffer) {
    text.append(keys[index])
    text.append(json: cell)
  }

  /// Appends what ends a row.
  func appendEnd(to text: inout TextBuffer) {
    text.append(format == .csv ? "\r\n" : "}\n")
  }
}
