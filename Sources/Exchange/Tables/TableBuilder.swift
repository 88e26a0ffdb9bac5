import TraceFormat
import TraceSession

/// Makes the rows of one table of what a trace tells.
protocol TableBuilder {
  /// Their names, in order.
  static var columns: [String] { get }

  init()

  /// Takes the next fact, be it a step or not.
  mutating func note(_ item: TraceItem)

  /// Takes the next step and writes the rows that it makes.
  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)

  /// Writes the rows that need all steps.
  mutating func finish(to rows: inout RowWriter) throws(ExportError)
}

extension TableBuilder {
  mutating func note(_ item: TraceItem) {}

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {}

  mutating func finish(to rows: inout RowWriter) throws(ExportError) {}
}
