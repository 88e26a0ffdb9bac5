import TraceFormat
import TraceSession

/// A row for each step and parameter.
struct GradientsTable: TableBuilder {
  static let columns = [
    "step", "parameter", "layer", "grad_norm", "weight_norm", "update_norm", "non_finite",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    let columns = step.parameters
    for (row, id) in columns.parameter.enumerated() {
      try rows.write([
        Cell(step.index),
        .text(graph.name(ofParameter: id)),
        Cell(graph.parameter(id)?.layer),
        Cell(columns.measuredGradNorm(at: row)),
        Cell(columns.weightNorm, row),
        Cell(columns.updateNorm, row),
        Cell(columns.nonFinite, row),
      ])
    }
  }
}
