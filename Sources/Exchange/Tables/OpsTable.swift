import TraceFormat
import TraceSession

/// A row for each node and phase in which it ran, over all steps.
struct OpsTable: TableBuilder {
  static let columns = [
    "node", "layer", "kind", "phase", "calls", "total_us", "mean_us", "p50_us", "p95_us", "max_us",
    "share", "flops", "gflops", "saved_bytes", "fused_with",
  ]

  private var measures = OpMeasures()

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    measures.add(step, graph)
  }

  mutating func finish(to rows: inout RowWriter) throws(ExportError) {
    let ops = measures.ops
    let time = ops.reduce(0) { $0 + Double($1.total.totalTime) }
    for op in ops { try rows.write(row(of: op, share: time)) }
  }

  private func row(of op: OpMeasures.Op, share time: Double) -> [Cell] {
    let total = op.total
    let flops = op.flops
    return [
      .text(op.name),
      Cell(op.node?.layer),
      Cell(op.node?.kind),
      .text(op.phase.name),
      Cell(total.calls),
      Cell(microseconds: total.totalTime),
      Cell(total.meanTime.map { $0 / 1e3 }),
      Cell(microseconds: total.time(atQuantile: 0.5)),
      Cell(microseconds: total.time(atQuantile: 0.95)),
      Cell(microseconds: total.maximumTime),
      Cell(time > 0 ? Double(total.totalTime) / time : nil),
      Cell(flops),
      Cell(flops.flatMap { gigaflops(Double($0) * Double(total.calls), in: total.totalTime) }),
      Cell(total.hasSavedBytes ? total.savedBytes : nil),
      Cell(op.fusedWith.isEmpty ? nil : op.fusedWith.joined(separator: ";")),
    ]
  }
}

/// Floating-point operations per nanosecond; nil where no time was measured.
func gigaflops(_ flops: Double, in nanoseconds: UInt64) -> Double? {
  nanoseconds > 0 ? flops / Double(nanoseconds) : nil
}
