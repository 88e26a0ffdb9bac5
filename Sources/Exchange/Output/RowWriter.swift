/// Writes rows to a sink, many at once.
struct RowWriter: ~Copyable {
  private static let bufferSize = 64 << 10

  /// Rows written so far.
  private(set) var count: UInt64 = 0

  private let columns: Int
  private let encoder: RowEncoder
  private let sink: any ByteSink
  private var buffer = TextBuffer(capacity: Self.bufferSize + 4096)
  /// Cells of the row that is being written.
  private var cells = 0

  /// A table with `columns`; its header comes with the first bytes.
  init(columns: [String], format: TableFormat, sink: any ByteSink) {
    self.columns = columns.count
    encoder = RowEncoder(columns: columns, format: format)
    self.sink = sink
    encoder.appendHeader(to: &buffer)
  }

  /// Adds the row's next cell.
  ///
  /// Inlined so that a cell which is made where it is appended is never made at all.
  @inline(__always)
  mutating func append(_ cell: Cell) {
    encoder.append(cell, at: cells, to: &buffer)
    cells += 1
  }

  /// Ends the row, which must have a cell for each column.
  mutating func endRow() throws(ExportError) {
    precondition(cells == columns, "a cell for each column")
    encoder.appendEnd(to: &buffer)
    cells = 0
    count += 1
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Adds a row, with a cell for each column.
  mutating func write(_ row: [Cell]) throws(ExportError) {
    for cell in row { append(cell) }
    try endRow()
  }

  /// Hands on what was held back.
  mutating func flush() throws(ExportError) {
    defer { buffer.removeAll() }
    try sink.write(buffer.bytes)
  }
}
