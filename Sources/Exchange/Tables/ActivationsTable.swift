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
      let output: [Cell] = [
        Cell(columns.mean, row),
        Cell(columns.std, row),
        Cell(columns.min, row),
        Cell(columns.max, row),
        Cell(columns.zeroFraction, row),
        Cell(columns.units, row),
        Cell(columns.deadUnits, row),
        Cell(columns.saturatedUnits, row),
        Cell(columns.nonFinite, row),
      ]
      // A mean is of the finite elements, and never NaN, unless there is no output: what is fused
      // with the node behind it makes none.
      let isThere = row < columns.mean.count && !columns.mean[row].isNaN
      try rows.write(
        [
          Cell(step.index),
          .text(graph.name(ofNode: id)),
          Cell(graph.node(id)?.layer),
          Cell(columns.measuredGradRMS(at: row)),
        ] + (isThere || columns.mean.isEmpty ? output : output.map { _ in .empty }))
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
