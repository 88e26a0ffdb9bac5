import TraceFormat
import TraceSession

/// A row for each step and moment at which memory was measured: the end of an op.
struct MemoryTable: TableBuilder {
  static let columns = [
    "step", "time_us", "node", "phase", "parameter", "optimizer_state", "input", "temporary",
    "activation", "gradient", "total",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    let memory = step.memory
    let ends = step.ops.duration.isEmpty ? [] : step.opEnds
    for (row, op) in memory.row.enumerated() {
      let op = Int(op)
      let isKnown = op < step.ops.node.count
      try rows.write([
        Cell(step.index),
        Cell(microseconds: op < ends.count ? ends[op] : nil),
        Cell(isKnown ? graph.name(ofNode: step.ops.node[op]) : nil),
        Cell(step.ops.phaseName(at: op)),
        Cell(memory.parameter, row),
        Cell(memory.optimizerState, row),
        Cell(memory.input, row),
        Cell(memory.temporary, row),
        Cell(memory.activation, row),
        Cell(memory.gradient, row),
        Cell(memory.totalBytes(at: row)),
      ])
    }
  }
}
