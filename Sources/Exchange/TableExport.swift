public import TraceFormat

/// A table of a trace, written as the trace is read: in constant memory where rows are of steps.
///
///     let export = TableExport(.steps, steps: 10...20)
///     let summary = try export.write(try TraceFile(path: path), to: DescriptorSink(1))
public struct TableExport: TraceExport {
  /// Which table.
  public var table: Table
  /// How it is written.
  public var format: TableFormat
  /// The steps that it is about; nil: all.
  public var steps: ClosedRange<UInt64>?

  /// Findings are of all steps.
  public var needsAllSteps: Bool { steps == nil || table == .findings || table == .layers }

  /// An export of `table`.
  public init(_ table: Table, format: TableFormat = .csv, steps: ClosedRange<UInt64>? = nil) {
    self.table = table
    self.format = format
    self.steps = steps
  }

  /// Writes the table of all that `source` has now.
  ///
  /// - Throws: `ExportError` where the sink takes no more.
  public func write(
    _ source: any TraceSource, to sink: any ByteSink
  ) throws(ExportError) -> ExportSummary {
    var builder = table.builder
    var rows = RowWriter(columns: table.columns, format: format, sink: sink)
    var summary = try walk(
      source, note: { item in builder.note(item) },
      add: { (step, graph) throws(ExportError) in try builder.add(step, graph, to: &rows) })
    try builder.finish(to: &rows)
    try rows.flush()
    summary.rows = rows.count
    return summary
  }
}
