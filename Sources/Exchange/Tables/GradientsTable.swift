import TraceFormat
import TraceSession

/// A row for each step and parameter.
struct GradientsTable: TableBuilder {
  static let columns = [
    "step", "parameter", "layer", "grad_norm", "weight_norm", "update_norm", "non_finite",
  ]

  private var names = NameCells()

  mutating func note(_ item: TraceItem) {
    names.note(item)
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    let columns = step.parameters
    for (row, id) in columns.parameter.enumerated() {
      let names = names.parameter(id, graph)
      rows.append(Cell(step.index))
      rows.append(names.name)
      rows.append(names.layer)
      rows.append(Cell(columns.measuredGradNorm(at: row)))
      rows.append(Cell(columns.weightNorm, row))
      rows.append(Cell(columns.updateNorm, row))
      rows.append(Cell(columns.nonFinite, row))
      try rows.endRow()
    }
  }
}
