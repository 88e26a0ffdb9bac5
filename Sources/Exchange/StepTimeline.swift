import TraceFormat
import TraceSession

/// When what happened in a step, in nanoseconds since the run's origin: what timelines draw.
struct StepTimeline {
  /// Something with a beginning and an end.
  struct Slice: Equatable {
    var start: UInt64
    var end: UInt64

    var duration: UInt64 { end - start }
  }

  /// An op that ran.
  struct Op {
    /// Its row in the op columns.
    var row: Int
    var node: UInt32
    /// A number where a newer producer knows more phases.
    var phase: String
    var time: Slice
  }

  /// Consecutive ops of one phase.
  struct Span {
    var phase: String
    var time: Slice
  }

  let step: Slice
  let ops: [Op]
  /// Disjoint and ascending.
  let phases: [Span]

  /// The timeline of `step`, shifted to begin no earlier than `earliest`: clocks of a resumed run may
  /// overlap, and slices of one track must not.
  init(_ step: Step, notBefore earliest: UInt64) {
    let start = max(step.start, earliest)
    let ends = step.opEnds
    var ops: [Op] = []
    for (row, node) in step.ops.node.enumerated() where row < step.ops.duration.count {
      let end = start &+ ends[row]
      guard end >= start, end >= step.ops.duration[row] else { continue }
      let begin = max(end - step.ops.duration[row], ops.last?.time.end ?? start)
      ops.append(
        Op(
          row: row, node: node, phase: step.ops.phaseName(at: row) ?? "",
          time: Slice(start: begin, end: max(begin, end))))
    }
    let last = max(start &+ min(step.duration, .max - start), ops.last?.time.end ?? start)
    self.step = Slice(start: start, end: last)
    self.ops = ops
    phases = Self.spans(ops)
  }

  private static func spans(_ ops: [Op]) -> [Span] {
    var spans: [Span] = []
    for op in ops {
      if spans.last?.phase == op.phase {
        spans[spans.count - 1].time.end = op.time.end
      } else {
        spans.append(Span(phase: op.phase, time: op.time))
      }
    }
    return spans
  }
}

extension StepTimeline {
  /// A quantity that a timeline draws as a curve.
  struct Counter {
    var name: StaticString
    var value: Double
  }

  /// The scalars of `step` that were measured and are finite.
  static func scalars(of step: Step) -> [Counter] {
    let values: [(StaticString, Double?)] = [
      ("loss", step.loss), ("accuracy", step.accuracy), ("gradient norm", step.gradNorm),
      ("learning rate", step.learningRate),
    ]
    return values.compactMap { name, value in
      guard let value, value.isFinite else { return nil }
      return Counter(name: name, value: value)
    }
  }
}

extension MemoryColumns {
  /// The categories by PyTorch's names, with their columns.
  var categories: [(name: StaticString, column: [UInt64])] {
    [
      ("PARAMETER", parameter), ("OPTIMIZER_STATE", optimizerState), ("INPUT", input),
      ("TEMPORARY", temporary), ("ACTIVATION", activation), ("GRADIENT", gradient),
      ("ALLOCATED", total),
    ]
  }
}

extension MemoryColumns {
  /// Which row tells of the moment behind the op in row `op` of the op columns.
  func row(ofOp op: Int) -> Int? {
    // Rows mostly stand as the ops do.
    if op < row.count, Int(row[op]) == op { return op }
    return row.firstIndex { Int($0) == op }
  }
}
