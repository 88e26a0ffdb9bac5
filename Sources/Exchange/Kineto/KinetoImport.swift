public import TraceFormat

/// A profile of `torch.profiler` as a trace: what each op of the training loop took, forward and
/// backward.
///
/// Backward is tied to the forward op by the profile's `fwdbwd` flows, else by autograd's sequence
/// number. Modules become layers where the profile was taken `with_stack=True`; with
/// `record_shapes=True` an op has the shapes of what it takes and, where it was reversed, gives. Gradient norms, loss
/// and saved bytes are not in such a profile and stay unmeasured. With `profile_memory=True` it says how
/// many bytes were allocated after each op, of all categories together.
public struct KinetoImport: Sendable {
  /// What became of an import.
  public struct Summary: Equatable, Sendable {
    /// Steps written.
    public var steps: UInt64 = 0
    /// Op events written.
    public var ops: UInt64 = 0
    /// Backward functions that could be tied to a forward op.
    public var linked: UInt64 = 0
    /// Backward functions, `AccumulateGrad` not counted: it reverses no op.
    public var backward: UInt64 = 0
    /// Events of the profile that could not be read.
    public var damaged = 0
    /// Whether the profile ends before its events do.
    public var isTruncated = false
  }

  private let profile: KinetoProfile
  private let texts: KinetoTexts
  private let units: [KinetoUnits.Unit]
  private let operands: KinetoOperands
  private let links: KinetoLinks
  private let steps: KinetoSteps
  private let memory: KinetoMemory

  /// Reads the profile, gzip or not, in the file `descriptor`.
  ///
  /// - Throws: `ImportError` where it cannot be read, is no profile, or holds no ops.
  public init(reading descriptor: Int32) throws(ImportError) {
    var reader = try KinetoReader(descriptor)
    let events = try reader.read()
    let units = KinetoUnits(events)
    (profile, texts, self.units) = (events.profile, units.texts, units.units)
    operands = KinetoOperands(events, units.units)
    links = KinetoLinks(events, units)
    steps = KinetoSteps(units)
    memory = KinetoMemory(events)
    guard !steps.parts.isEmpty else {
      throw .empty(reason: "no op of a training loop is in it")
    }
  }

  /// Writes the trace, named `name`.
  public func write(_ name: String, to output: any TraceOutput) -> (Summary, TraceWriteError?) {
    var run = Run()
    run.name = name
    run.runID = profile.traceID
    run.producer = "torch.profiler"
    run.host = profile.host
    run.device = profile.device.isEmpty ? "cpu" : profile.device
    run.normsEvery = 0
    run.plannedSteps = UInt64(steps.parts.count)
    let origin = steps.parts.first?.start ?? 0
    run.wallClockOrigin = UInt64(clamping: profile.base &+ origin)
    let writer = TraceWriter(output: output, run: run)
    var graphs = KinetoGraph(texts, operands)
    var summary = Summary()
    summary.damaged = profile.damaged
    summary.isTruncated = profile.isTruncated
    for part in steps.parts {
      let nodes = links.nodes(of: part.units, summary: &summary)
      let (network, isNew) = graphs.network(of: units[part.units], nodes)
      if isNew { writer.write(graph: network.graph, now: 0) }
      let step = step(part, network, nodes, origin: origin)
      writer.write(step: step, now: step.start &+ step.duration)
      summary.steps += 1
      summary.ops += UInt64(step.ops.node.count)
    }
    writer.close(now: 0)
    return (summary, writer.failure)
  }

  private func step(
    _ part: KinetoSteps.Part, _ network: KinetoGraph.Network, _ nodes: KinetoLinks.Nodes,
    origin: Int64
  ) -> Step {
    var step = Step()
    step.index = part.number
    step.graph = network.graph.id
    step.start = UInt64(clamping: part.start &- origin)
    step.duration = UInt64(clamping: part.end &- part.start)
    step.phaseTimes = Array(repeating: 0, count: Int(Phase.data.rawValue) + 1)
    var end = part.start
    var ends: [Int64] = []
    for (offset, unit) in units[part.units].enumerated() {
      guard let node = nodes.ofUnit[offset] ?? network.others[unit.name] else { continue }
      step.phaseTimes[Int(unit.phase.rawValue)] &+= UInt64(clamping: unit.duration)
      let last = step.ops.node.count - 1
      if last >= 0, step.ops.node[last] == node, step.ops.phase[last] == unit.phase.rawValue,
        unit.phase == .backward
      {
        // One backward of an op: its derivative, the transposes around it, AccumulateGrad.
        step.ops.duration[last] &+= UInt64(clamping: unit.duration)
        end = max(end, unit.start &+ unit.duration)
        ends[last] = end
        continue
      }
      step.ops.node.append(node)
      step.ops.phase.append(unit.phase.rawValue)
      step.ops.gap.append(UInt64(clamping: unit.start &- end))
      step.ops.duration.append(UInt64(clamping: unit.duration))
      end = max(end, unit.start &+ unit.duration)
      ends.append(end)
    }
    for (row, end) in ends.enumerated() {
      guard let bytes = memory.bytes(at: end) else { continue }
      step.memory.row.append(UInt32(row))
      step.memory.total.append(bytes)
    }
    return step
  }
}
