public import TraceFormat
import TraceSession

/// A table of a trace, written as the trace is read: in constant memory where rows are of steps.
///
///     let export = TableExport(.steps, steps: 10...20)
///     let summary = try export.write(try TraceFile(path: path), to: DescriptorSink(1))
public struct TableExport: Sendable {
  /// What became of an export.
  public struct Summary: Equatable, Sendable {
    /// Rows written, the header not counted.
    public var rows: UInt64 = 0
    /// Steps in the range that the trace has.
    public var steps: UInt64 = 0
    /// Damage and dropped events of the whole trace.
    public var gaps: [TraceGap] = []
    /// Whether the trace was closed properly.
    public var ended = false

    /// Nothing yet.
    public init() {}

    /// Whether nothing was lost.
    public var isWhole: Bool { ended && gaps.isEmpty }
  }

  /// Which table.
  public var table: Table
  /// How it is written.
  public var format: TableFormat
  /// The steps that it is about; nil: all.
  public var steps: ClosedRange<UInt64>?

  /// An export of `table`.
  public init(_ table: Table, format: TableFormat = .csv, steps: ClosedRange<UInt64>? = nil) {
    self.table = table
    self.format = format
    self.steps = steps
  }

  /// Writes the table of all that `source` has now.
  ///
  /// - Throws: `ExportError` where the sink takes no more.
  public func write(_ source: any TraceSource, to sink: any ByteSink) throws(ExportError) -> Summary
  {
    var builder = table.builder
    var summary = Summary()
    var graphs = Graphs()
    let rows = RowWriter(columns: table.columns, encoder: format.encoder, sink: sink)
    var bytes: UInt64?
    while bytes != source.bytesRead {
      bytes = source.bytesRead
      while case let items = source.poll(limit: 4), !items.isEmpty {
        for item in items {
          switch item {
          case .run, .finding: break
          case .graph(let graph): graphs.add(graph)
          case .gap(let gap): summary.gaps.append(gap)
          case .step(let step, in: _):
            guard steps?.contains(step.index) ?? true else { continue }
            summary.steps += 1
            try builder.add(step, graphs[step.graph], to: rows)
          }
          builder.note(item)
        }
      }
    }
    try builder.finish(to: rows)
    try rows.flush()
    summary.rows = rows.count
    summary.ended = source.state == .closed
    return summary
  }
}

/// The graphs of a trace, of which each step names the one in force.
struct Graphs {
  private var byID: [UInt32: GraphIndex] = [:]

  mutating func add(_ graph: Graph) {
    byID[graph.id] = GraphIndex(graph)
  }

  subscript(id: UInt32) -> GraphIndex { byID[id] ?? GraphIndex() }
}
