import TraceFormat
import TraceSession

/// A row for each step: what was learnt, how long it took, what it needed.
struct StepsTable: TableBuilder {
  static let columns = [
    "step", "time_s", "loss", "accuracy", "learning_rate", "step_us", "data_us", "forward_us",
    "recompute_us", "backward_us", "optimizer_us", "peak_bytes", "activation_bytes", "grad_norm",
    "clip_factor", "samples_per_s",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: RowWriter) throws(ExportError) {
    try rows.write([
      Cell(step.index),
      Cell(Double(step.start) / 1e9),
      Cell(step.loss),
      Cell(step.accuracy),
      Cell(step.learningRate),
      Cell(microseconds: step.duration),
      Cell(microseconds: step.measuredTime(of: .data)),
      Cell(microseconds: step.measuredTime(of: .forward)),
      Cell(microseconds: step.measuredTime(of: .recompute)),
      Cell(microseconds: step.measuredTime(of: .backward)),
      Cell(microseconds: step.measuredTime(of: .optimizer)),
      Cell(step.memory.peakBytes),
      Cell(step.memory.activation.max()),
      Cell(step.gradNorm),
      Cell(step.clipFactor),
      Cell(step.samplesPerSecond),
    ])
  }
}
