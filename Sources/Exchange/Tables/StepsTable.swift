import TraceFormat
import TraceSession

/// A row for each step: what was learnt, how long it took, what it needed.
struct StepsTable: TableBuilder {
  static let columns = [
    "step", "time_s", "loss", "accuracy", "learning_rate", "step_us", "data_us", "forward_us",
    "recompute_us", "backward_us", "optimizer_us", "peak_bytes", "activation_bytes", "grad_norm",
    "clip_factor", "samples_per_s",
  ]

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    rows.append(Cell(step.index))
    rows.append(Cell(Double(step.start) / 1e9))
    rows.append(Cell(step.loss))
    rows.append(Cell(step.accuracy))
    rows.append(Cell(step.learningRate))
    rows.append(Cell(microseconds: step.duration))
    rows.append(Cell(microseconds: step.measuredTime(of: .data)))
    rows.append(Cell(microseconds: step.measuredTime(of: .forward)))
    rows.append(Cell(microseconds: step.measuredTime(of: .recompute)))
    rows.append(Cell(microseconds: step.measuredTime(of: .backward)))
    rows.append(Cell(microseconds: step.measuredTime(of: .optimizer)))
    rows.append(Cell(step.memory.peakBytes))
    rows.append(Cell(step.memory.activation.max()))
    rows.append(Cell(step.gradNorm))
    rows.append(Cell(step.clipFactor))
    rows.append(Cell(step.samplesPerSecond))
    try rows.endRow()
  }
}
