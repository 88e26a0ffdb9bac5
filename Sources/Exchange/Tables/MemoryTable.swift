import TraceFormat
import TraceSession

/// A row for each step and moment at which memory was measured: the end of an op.
struct MemoryTable: TableBuilder {
  static let columns = [
    "step", "time_us", "node", "phase", "parameter", "optimizer_state", "input", "temporary",
    "activation", "gradient", "total",
  ]

  private var names = NameCells()

  mutating func note(_ item: TraceItem) {
    names.note(item)
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    let memory = step.memory
    let ends = step.ops.duration.isEmpty ? [] : step.opEnds
    for (row, op) in memory.row.enumerated() {
      let op = Int(op)
      let isKnown = op < step.ops.node.count
      rows.append(Cell(step.index))
      rows.append(Cell(microseconds: op < ends.count ? ends[op] : nil))
      rows.append(isKnown ? names.node(step.ops.node[op], graph).name : .empty)
      rows.append(step.ops.phaseCell(at: op))
      rows.append(Cell(memory.parameter, row))
      rows.append(Cell(memory.optimizerState, row))
      rows.append(Cell(memory.input, row))
      rows.append(Cell(memory.temporary, row))
      rows.append(Cell(memory.activation, row))
      rows.append(Cell(memory.gradient, row))
      rows.append(Cell(memory.totalBytes(at: row)))
      try rows.endRow()
    }
  }
}
