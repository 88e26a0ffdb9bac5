import TraceFormat
import TraceSession

/// A row for each step and node whose output was measured as a whole.
struct ActivationsTable: TableBuilder {
  static let columns = [
    "step", "node", "layer", "grad_rms", "mean", "std", "min", "max", "zero_fraction", "units",
    "dead_units", "saturated_units", "non_finite",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    let columns = step.activations
    for (row, id) in columns.node.enumerated() where columns.isWhole(row) {
      try rows.write([
        Cell(step.index),
        .text(graph.name(ofNode: id)),
        Cell(graph.node(id)?.layer),
        Cell(columns.measuredGradRMS(at: row)),
        Cell(columns.mean, row),
        Cell(columns.std, row),
        Cell(columns.min, row),
        Cell(columns.max, row),
        Cell(columns.zeroFraction, row),
        Cell(columns.units, row),
        Cell(columns.deadUnits, row),
        Cell(columns.saturatedUnits, row),
        Cell(columns.nonFinite, row),
      ])
    }
  }
}

/// A row for each step, node and time step of an unrolled layer.
struct TimeTable: TableBuilder {
  static let columns = ["step", "node", "layer", "t", "grad_rms"]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    let columns = step.activations
    for (row, id) in columns.node.enumerated() where !columns.isWhole(row) {
      try rows.write([
        Cell(step.index),
        .text(graph.name(ofNode: id)),
        Cell(graph.node(id)?.layer),
        Cell(Int(columns.timeStep[row])),
        Cell(columns.measuredGradRMS(at: row)),
      ])
    }
  }
}
