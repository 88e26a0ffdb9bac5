import TraceFormat
import TraceSession

/// Times of ops over steps, for each graph that was in force.
struct OpMeasures {
  /// One node in one phase, over all graphs that have it.
  struct Op {
    var name: String
    var node: Graph.Node?
    var phase: Phase
    /// Names of the nodes that run in one kernel with it.
    var fusedWith: [String]
    var total: OpTotals.Total
    /// Whether its graph tells how much work its nodes are.
    var tellsFlops: Bool

    /// Of one call; nil for phases that have no count.
    var flops: UInt64? {
      guard tellsFlops else { return nil }
      return switch phase {
      case .forward, .recompute: node?.forwardFlops
      case .backward: node?.backwardFlops
      default: nil
      }
    }
  }

  /// A graph, and what its nodes did while it was in force.
  struct Part {
    var graph: GraphIndex
    var totals = OpTotals()
  }

  /// The newest graph last.
  private(set) var parts: [Part] = []

  /// Steps that had op columns.
  var steps: UInt64 { parts.reduce(0) { $0 + $1.totals.steps } }

  /// Folds a step in which `graph` was in force.
  mutating func add(_ step: Step, _ graph: GraphIndex) {
    let index =
      parts.lastIndex { $0.graph.graph.id == graph.graph.id && $0.graph.graph == graph.graph }
    if let index, index == parts.count - 1 {
      parts[index].totals.add(step)
    } else {
      var part = index.map { parts.remove(at: $0) } ?? Part(graph: graph)
      part.totals.add(step)
      parts.append(part)
    }
  }

  /// In execution order of the newest graph, what only older ones have behind it; phases in order.
  var ops: [Op] {
    struct Key: Hashable {
      var name: String
      var phase: Phase
    }
    var ops: [Op] = []
    var slots: [Key: Int] = [:]
    for part in parts.reversed() {
      let tellsFlops = part.graph.tellsFlops
      for (key, total) in part.ordered {
        let name = part.graph.name(ofNode: key.node)
        if let slot = slots[Key(name: name, phase: key.phase)] {
          ops[slot].total.add(total)
          continue
        }
        slots[Key(name: name, phase: key.phase)] = ops.count
        let node = part.graph.node(key.node)
        let fused = node?.fusedWith.map { part.graph.name(ofNode: $0) } ?? []
        ops.append(
          Op(
            name: name, node: node, phase: key.phase, fusedWith: fused, total: total,
            tellsFlops: tellsFlops))
      }
    }
    return ops
  }
}

extension OpMeasures.Part {
  /// The totals in execution order; nodes that the graph does not know behind it.
  fileprivate var ordered: [(OpTotals.Key, OpTotals.Total)] {
    func order(_ key: OpTotals.Key) -> (Int, UInt32, UInt8) {
      (graph.position(ofNode: key.node) ?? .max, key.node, key.phase.rawValue)
    }
    return zip(totals.keys, totals.totals).sorted { order($0.0) < order($1.0) }
  }
}
