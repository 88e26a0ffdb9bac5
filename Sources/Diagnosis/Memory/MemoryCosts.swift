public import Rematerialization
internal import TraceFormat
public import TraceSession

/// Why a session does not tell what its steps cost.
public enum MemoryCostsError: Error, Equatable {
  /// Medians need more steps with op columns.
  case tooFewSteps(found: UInt64, needed: UInt64)
}

extension NetworkCosts {
  /// Steps that medians are taken of, at least.
  public static let leastSteps: UInt64 = 5

  /// What the nodes of a traced run cost: medians of measured times, saved bytes by storage, and
  /// workspace.
  ///
  /// A saved tensor that a node itself has made is its result where the sizes are equal, and else
  /// something that it has made beside.
  ///
  /// - Throws: `MemoryCostsError` where too little was measured.
  public init(_ snapshot: Snapshot) throws(MemoryCostsError) {
    let (graph, totals) = (snapshot.graph, snapshot.totals)
    guard totals.steps >= Self.leastSteps, !graph.graph.nodes.isEmpty else {
      throw .tooFewSteps(found: totals.steps, needed: Self.leastSteps)
    }
    var seen: Set<UInt32> = []
    let half = Self.storesHalves(graph)
    var nodes = graph.graph.nodes.map {
      Self.node($0, graph, totals, size: half && $0.dtype == "bfloat16" ? 2 : 4)
    }
    for (index, it) in graph.graph.nodes.enumerated().reversed() where nodes[index].hasBackward {
      for parameter in it.parameters where seen.insert(parameter).inserted {
        nodes[index].lasting += Self.bytes(graph.parameter(parameter)?.elements ?? 0)
      }
    }
    let rest = zip(totals.keys, totals.totals).reduce(0.0) { sum, it in
      let isElsewhere = [.forward, .recompute, .backward].contains(it.0.phase)
      return isElsewhere ? sum : sum + Double(it.1.time(atQuantile: 0.5) ?? 0)
    }
    let costs = NetworkCosts(
      nodes: nodes, fixed: Self.fixed(snapshot.step), fixedTime: rest + Self.dataTime(snapshot))
    self = costs.scaled(by: Self.factor(snapshot, rest: costs.fixedTime))
  }

  /// How much longer a step takes than the medians of its ops together.
  private static func factor(_ snapshot: Snapshot, rest: Double) -> Double {
    guard let step = snapshot.step, let measured = snapshot.plan(at: step.index)?.stepTime else {
      return 1
    }
    var parts = rest
    for (node, code) in zip(step.ops.node, step.ops.phase) {
      guard let phase = Phase(rawValue: code), [.forward, .recompute, .backward].contains(phase)
      else { continue }
      let median = snapshot.totals.total(of: node, in: phase)?.time(atQuantile: 0.5)
      parts += Double(median ?? 0)
    }
    return parts > 0 ? measured / parts : 1
  }

  /// Nanoseconds of putting a batch in place.
  private static func dataTime(_ snapshot: Snapshot) -> Double {
    Double(snapshot.step?.measuredTime(of: .data) ?? 0)
  }

  private static func node(
    _ it: Graph.Node, _ graph: GraphIndex, _ totals: OpTotals, size: UInt64
  ) -> Node {
    var node = Node()
    node.name = it.name
    node.layer = it.layer
    let isSource = ["Parameter", "Constant"].contains(it.kind)
    node.inputs = it.inputs.filter { id in
      !["Parameter", "Constant"].contains(graph.node(id)?.kind ?? "")
    }.compactMap { graph.position(ofNode: $0) }
    node.isView = ["Flatten", "Reshape", "Identity", "Detach"].contains(it.kind)
    node.overwrites = it.isInPlace
    node.result = isSource ? 0 : bytes(it.elements, of: size)
    let median = { (phase: Phase) -> Double? in
      totals.total(of: it.id, in: phase)?.time(atQuantile: 0.5).map { Double($0) }
    }
    // What is fused has its time with the node whose kernel it runs in; of a chain each gets its share.
    let host = it.fusedWith.filter { $0 < it.id }.min()
    if it.isInChain {
      let share = { (phase: Phase) -> Double in
        let whole = totals.total(of: host ?? it.id, in: phase)?.time(atQuantile: 0.5)
        return Double(whole ?? 0) / Double(it.fusedWith.count + 1)
      }
      node.forwardTime = share(.forward)
      node.backwardTime = share(.backward)
    } else {
      node.forwardTime = median(.forward) ?? 0
      node.backwardTime = median(.backward) ?? 0
      if host != nil { node.isView = true }
    }
    node.hasBackward = totals.total(of: host ?? it.id, in: .backward) != nil
    node.gradient = node.hasBackward ? node.result : 0
    node.forwardWorkspace = Int(clamping: it.forwardWorkspaceBytes)
    node.backwardWorkspace = Int(clamping: it.backwardWorkspaceBytes)
    node.isRandom = it.isRandom
    node.hasSideEffects = it.hasSideEffects
    for id in it.saved {
      guard let tensor = graph.tensor(id), !tensor.isFromBatch else { continue }
      if tensor.producer != it.id {
        if let producer = graph.position(ofNode: tensor.producer) {
          node.needsInputs.append(producer)
        }
      } else if aligned(tensor.bytes) == node.result {
        node.needsResult = true
      } else {
        node.needsExtras = true
        node.extras += aligned(tensor.bytes)
      }
    }
    return node
  }

  private static func fixed(_ step: Step?) -> Int {
    guard let memory = step?.memory, let parameter = memory.parameter.first else { return 0 }
    let rest = [memory.optimizerState, memory.input].map { $0.first ?? 0 }
    return Int(clamping: rest.reduce(parameter) { $0 &+ $1 })
  }

  /// Whether results in bfloat16 were stored in two bytes: without a processor for it they are float32
  /// that is rounded, and what was saved tells.
  private static func storesHalves(_ graph: GraphIndex) -> Bool {
    graph.graph.nodes.contains { node in
      node.dtype == "bfloat16"
        && node.saved.contains { id in
          guard let tensor = graph.tensor(id), let producer = graph.node(tensor.producer),
            !tensor.isFromBatch, producer.dtype == "bfloat16"
          else { return false }
          return tensor.bytes == producer.elements.multipliedReportingOverflow(by: 2).partialValue
        }
    }
  }

  /// Bytes of so many numbers of `size` bytes, as they stand in an arena.
  private static func bytes(_ elements: UInt64, of size: UInt64 = 4) -> Int {
    aligned(elements.multipliedReportingOverflow(by: size).partialValue)
  }

  private static func aligned(_ bytes: UInt64) -> Int {
    Int(clamping: bytes / 64 * 64 + (bytes % 64 == 0 ? 0 : 64))
  }
}
