/// Writes rows to a sink, many at once.
final class RowWriter {
  private static let bufferSize = 64 << 10

  /// Rows written so far.
  private(set) var count: UInt64 = 0

  private let columns: [String]
  private let encoder: any RowEncoder
  private let sink: any ByteSink
  private var buffer: [UInt8] = []

  /// A table with `columns`; its header comes with the first bytes.
  init(columns: [String], encoder: any RowEncoder, sink: any ByteSink) {
    self.columns = columns
    self.encoder = encoder
    self.sink = sink
    buffer.reserveCapacity(Self.bufferSize + 4096)
    encoder.encode(header: columns, into: &buffer)
  }

  /// Adds a row, with a cell for each column.
  func write(_ row: [Cell]) throws(ExportError) {
    precondition(row.count == columns.count, "a cell for each column")
    encoder.encode(row, of: columns, into: &buffer)
    count += 1
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Hands on what was held back.
  func flush() throws(ExportError) {
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    var failure: ExportError?
    bytes.withUnsafeBytes { bytes in
      do throws(ExportError) { try sink.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
