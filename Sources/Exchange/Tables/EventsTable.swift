import TraceFormat
import TraceSession

/// A row for each op that ran.
struct EventsTable: TableBuilder {
  static let columns = [
    "step", "node", "layer", "phase", "start_ns", "duration_ns", "saved_bytes",
  ]

  private var names = NameCells()

  mutating func note(_ item: TraceItem) {
    names.note(item)
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    let ops = step.ops
    let ends = step.opEnds
    for (row, id) in ops.node.enumerated() {
      let names = names.node(id, graph)
      let duration = row < ops.duration.count ? ops.duration[row] : nil
      rows.append(Cell(step.index))
      rows.append(names.name)
      rows.append(names.layer)
      rows.append(ops.phaseCell(at: row))
      rows.append(Cell(ops.gap.isEmpty ? nil : ends[row] &- (duration ?? 0)))
      rows.append(Cell(duration))
      rows.append(Cell(ops.savedBytes, row))
      try rows.endRow()
    }
  }
}

extension OpColumns {
  /// The phase in `row`; a number where a newer producer knows more phases.
  func phaseName(at row: Int) -> String? {
    guard row < phase.count else { return nil }
    return Phase(rawValue: phase[row])?.name ?? "\(phase[row])"
  }

  /// The same as a cell, made once for all rows.
  func phaseCell(at row: Int) -> Cell {
    row < phase.count ? Self.phaseCells[Int(phase[row])] : .empty
  }

  /// By `Phase.rawValue`, those of newer producers included.
  private static let phaseCells = (UInt8.min...UInt8.max).map { value in
    Cell.name(EncodedName(Phase(rawValue: value)?.name ?? "\(value)"))
  }
}
