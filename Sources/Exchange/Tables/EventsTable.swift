import TraceFormat
import TraceSession

/// A row for each op that ran.
struct EventsTable: TableBuilder {
  static let columns = [
    "step", "node", "layer", "phase", "start_ns", "duration_ns", "saved_bytes",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    let ops = step.ops
    let ends = step.opEnds
    for (row, id) in ops.node.enumerated() {
      let duration = row < ops.duration.count ? ops.duration[row] : nil
      try rows.write([
        Cell(step.index),
        .text(graph.name(ofNode: id)),
        Cell(graph.node(id)?.layer),
        Cell(ops.phaseName(at: row)),
        Cell(ops.gap.isEmpty ? nil : ends[row] &- (duration ?? 0)),
        Cell(duration),
        Cell(ops.savedBytes, row),
      ])
    }
  }
}

extension OpColumns {
  /// The phase in `row`; a number where a newer producer knows more phases.
  func phaseName(at row: Int) -> String? {
    guard row < phase.count else { return nil }
    return Phase(rawValue: phase[row])?.name ?? "\(phase[row])"
  }
}
