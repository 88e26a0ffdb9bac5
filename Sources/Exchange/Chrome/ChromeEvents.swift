import TraceFormat
import TraceSession

/// The events of a Chrome trace, one on a line.
final class ChromeEvents {
  /// The tracks, as thread ids.
  private enum Track: UInt64, CaseIterable {
    case steps = 1
    case phases, ops

    var name: StaticString {
      switch self {
      case .steps: "steps"
      case .phases: "phases"
      case .ops: "ops"
      }
    }
  }

  let text: TextWriter
  private var isNamed = false
  private var hasEvents = false
  private var end: UInt64 = 0
  private var lastFlow: UInt64 = 0

  init(_ text: TextWriter) {
    self.text = text
  }

  /// Names process and tracks, once.
  func name(_ run: Run) {
    guard !isNamed else { return }
    isNamed = true
    metadata("process_name", "gradtop \(run.name)", track: 0)
    metadata("process_labels", run.device, track: 0)
    for track in Track.allCases {
      metadata("thread_name", "\(track.name)", track: track.rawValue)
    }
  }

  func add(_ step: Step, _ graph: GraphIndex) {
    name(Run())
    let timeline = StepTimeline(step, notBefore: end)
    end = timeline.step.end
    slice("step \(step.index)", "step", timeline.step, .steps)
    close()
    for span in timeline.phases {
      slice(span.phase, "phase", span.time, .phases)
      close()
    }
    var flows: [UInt32: UInt64] = [:]
    let isBackward = { (op: StepTimeline.Op) in op.phase == Phase.backward.name }
    let reversed = Set(timeline.ops.lazy.filter(isBackward).map(\.node))
    for op in timeline.ops {
      add(op, of: step, graph)
      if op.phase == Phase.forward.name, reversed.contains(op.node), flows[op.node] == nil {
        lastFlow += 1
        flows[op.node] = lastFlow
        flow("\"s\"", lastFlow, at: op.time.start)
      } else if isBackward(op), let id = flows.removeValue(forKey: op.node) {
        flow("\"f\",\"bp\":\"e\"", id, at: op.time.start)
      }
      addMemory(of: op, step)
    }
    for counter in StepTimeline.scalars(of: step) {
      event("C", track: 0, at: timeline.step.start)
      text.write(",\"name\":\"")
      text.write(counter.name)
      text.write("\",\"args\":{\"value\":")
      text.write(counter.value)
      text.write("}")
      close()
    }
  }

  /// The end of the file.
  func finish() {
    name(Run())
    text.write("\n]}\n")
  }
}

// MARK: - Events

extension ChromeEvents {
  private func add(_ op: StepTimeline.Op, of step: Step, _ graph: GraphIndex) {
    slice(graph.name(ofNode: op.node), op.phase, op.time, .ops)
    text.write(",\"args\":{\"step\":")
    text.write(step.index)
    if let node = graph.node(op.node) {
      text.write(",\"layer\":")
      text.write(quoted: node.layer)
      text.write(",\"kind\":")
      text.write(quoted: node.kind)
    }
    if op.row < step.ops.savedBytes.count {
      text.write(",\"saved_bytes\":")
      text.write(step.ops.savedBytes[op.row])
    }
    text.write("}")
    close()
  }

  /// The live bytes behind `op`, as a stacked counter.
  private func addMemory(of op: StepTimeline.Op, _ step: Step) {
    guard let row = step.memory.row(ofOp: op.row) else { return }
    event("C", track: 0, at: op.time.end)
    text.write(",\"name\":\"memory\",\"args\":{")
    var isFirst = true
    for (name, column) in step.memory.categories where row < column.count {
      text.write(isFirst ? "\"" : ",\"")
      isFirst = false
      text.write(name)
      text.write("\":")
      text.write(column[row])
    }
    text.write("}")
    close()
  }

  private func slice(
    _ name: String, _ category: String, _ time: StepTimeline.Slice, _ track: Track
  ) {
    event("X", track: track.rawValue, at: time.start)
    text.write(",\"dur\":")
    text.write(microseconds: time.duration)
    text.write(",\"cat\":")
    text.write(quoted: category)
    text.write(",\"name\":")
    text.write(quoted: name)
  }

  /// One end of an arrow from forward to backward; `kind` is the quoted `ph`, and what goes with it.
  private func flow(_ kind: StaticString, _ id: UInt64, at time: UInt64) {
    begin()
    text.write("{\"ph\":")
    text.write(kind)
    text.write(",\"cat\":\"fwdbwd\",\"name\":\"fwdbwd\",\"id\":")
    text.write(id)
    text.write(",\"pid\":1,\"tid\":")
    text.write(Track.ops.rawValue)
    text.write(",\"ts\":")
    text.write(microseconds: time)
    close()
  }

  private func metadata(_ name: String, _ value: String, track: UInt64) {
    event("M", track: track, at: 0)
    text.write(",\"name\":\"")
    text.write(name)
    text.write("\",\"args\":{\"")
    text.write(name == "process_labels" ? "labels" as StaticString : "name")
    text.write("\":")
    text.write(quoted: value)
    text.write("}")
    close()
  }

  private func event(_ kind: StaticString, track: UInt64, at time: UInt64) {
    begin()
    text.write("{\"ph\":\"")
    text.write(kind)
    text.write("\",\"pid\":1,\"tid\":")
    text.write(track)
    text.write(",\"ts\":")
    text.write(microseconds: time)
  }

  private func begin() {
    text.write(hasEvents ? ",\n" : "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")
    hasEvents = true
  }

  private func close() { text.write("}") }
}
