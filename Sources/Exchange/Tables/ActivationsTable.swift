import TraceFormat
import TraceSession

/// A row for each step and node whose output was measured as a whole.
struct ActivationsTable: TableBuilder {
  static let columns = [
    "step", "node", "layer", "grad_rms", "mean", "std", "min", "max", "zero_fraction", "units",
    "dead_units", "saturated_units", "non_finite",
  ]

  private var names = NameCells()

  mutating func note(_ item: TraceItem) {
    names.note(item)
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    let columns = step.activations
    for (row, id) in columns.node.enumerated() where columns.isWhole(row) {
      let names = names.node(id, graph)
      // A fraction is never NaN unless there is no output: what is fused with the node behind it
      // makes none. A mean is NaN where no element is finite.
      let fractions = columns.zeroFraction
      let isThere = fractions.isEmpty || row < fractions.count && !fractions[row].isNaN
      rows.append(Cell(step.index))
      rows.append(names.name)
      rows.append(names.layer)
      rows.append(Cell(columns.measuredGradRMS(at: row)))
      rows.append(isThere ? Cell(columns.mean, row) : .empty)
      rows.append(isThere ? Cell(columns.std, row) : .empty)
      rows.append(isThere ? Cell(columns.min, row) : .empty)
      rows.append(isThere ? Cell(columns.max, row) : .empty)
      rows.append(isThere ? Cell(columns.zeroFraction, row) : .empty)
      rows.append(isThere ? Cell(columns.units, row) : .empty)
      rows.append(isThere ? Cell(columns.deadUnits, row) : .empty)
      rows.append(isThere ? Cell(columns.saturatedUnits, row) : .empty)
      rows.append(isThere ? Cell(columns.nonFinite, row) : .empty)
      try rows.endRow()
    }
  }
}

/// A row for each step, node and time step of an unrolled layer.
struct TimeTable: TableBuilder {
  static let columns = ["step", "node", "layer", "t", "grad_rms"]

  private var names = NameCells()

  mutating func note(_ item: TraceItem) {
    names.note(item)
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    let columns = step.activations
    for (row, id) in columns.node.enumerated() where !columns.isWhole(row) {
      let names = names.node(id, graph)
      rows.append(Cell(step.index))
      rows.append(names.name)
      rows.append(names.layer)
      rows.append(Cell(Int(columns.timeStep[row])))
      rows.append(Cell(columns.measuredGradRMS(at: row)))
      try rows.endRow()
    }
  }
}
