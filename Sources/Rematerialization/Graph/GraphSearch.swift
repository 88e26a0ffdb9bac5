/// The best of all schedules of a small graph: a shortest path over which forward tensors are
/// resident and which backward ops are done.
///
/// The path of least (time, peak), in this order, is found by Dijkstra's algorithm: times add up,
/// peaks take the larger.
public struct GraphSearch {
  private let graph: ComputationGraph
  /// Forward tensors, each a bit of the state.
  private let forward: [Int]
  private let bit: [Int: Int]
  /// Backward ops, each a bit of what is done.
  private let backward: [Int]

  /// - Throws: `CostError` where the graph has too many tensors or ops to be searched.
  public init(_ graph: ComputationGraph) throws(CostError) {
    self.graph = graph
    forward = graph.tensors.indices.filter { !graph.ops[graph.producer[$0]].isBackward }
    backward = graph.ops.indices.filter { graph.ops[$0].isBackward }
    guard forward.count <= ComputationGraph.searchLimit, backward.count <= 40 else {
      throw CostError(
        "",
        "\(forward.count) forward tensors, at most \(ComputationGraph.searchLimit) can be "
          + "searched exhaustively")
    }
    bit = Dictionary(uniqueKeysWithValues: forward.enumerated().map { ($1, 1 << $0) })
  }

  /// The fastest plan within `budget`, of those the one with the smallest peak; nil where none
  /// fits.
  public func plan(budget: Int) -> GraphPlan? {
    search(budget: budget).flatMap { GraphPlan($0, for: graph) }
  }

  /// The plans that nothing is both smaller and faster than, from the smallest to the fastest.
  public func frontier() -> [GraphPlan] {
    var (plans, budget): ([GraphPlan], Int) = ([], Int.max)
    while let plan = plan(budget: budget) {
      plans.append(plan)
      guard plan.peak > 0 else { break }
      budget = plan.peak - 1
    }
    return plans.reversed()
  }

  private struct Label {
    var cost = Double.infinity
    var peak = 0
    var from = -1
    var action = GraphAction.drop(tensor: 0)
  }

  /// The masks of an op in terms of the state.
  private struct OpMasks {
    var reads = 0
    var writes = 0
    /// Backward ops whose results it reads.
    var after = 0
  }

  private func search(budget: Int) -> [GraphAction]? {
    let width = forward.count
    let full = (1 << backward.count) - 1
    let masks = graph.ops.map { op in
      var masks = OpMasks()
      for tensor in op.reads {
        if let bit = bit[tensor] {
          masks.reads |= bit
        } else if let position = backward.firstIndex(of: graph.producer[tensor]) {
          masks.after |= 1 << position
        }
      }
      for tensor in op.writes { masks.writes |= bit[tensor] ?? 0 }
      return masks
    }
    var labels: [Int: Label] = [:]
    var queue = SearchQueue()
    var residentByDone: [Int: Int] = [:]
    func reach(_ state: Int, _ label: Label) {
      guard label.peak <= budget else { return }
      let old = labels[state] ?? Label()
      guard label.cost < old.cost || (label.cost == old.cost && label.peak < old.peak) else {
        return
      }
      labels[state] = label
      queue.push(SearchQueue.Entry(cost: label.cost, peak: label.peak, state: state))
    }
    reach(0, Label(cost: 0))
    while let entry = queue.pop() {
      guard let label = labels[entry.state], label.cost == entry.cost, label.peak == entry.peak
      else { continue }
      let (held, done) = (entry.state & ((1 << width) - 1), entry.state >> width)
      if done == full { return path(entry.state, labels) }
      let base = residentByDone[done] ?? gradients(done)
      residentByDone[done] = base
      let resident = base + bytes(held)
      func move(_ state: Int, _ action: GraphAction, _ time: Double, _ during: Int) {
        reach(
          state,
          Label(
            cost: entry.cost + time, peak: max(entry.peak, during), from: entry.state,
            action: action))
      }
      for (position, tensor) in forward.enumerated() where held >> position & 1 == 1 {
        move(entry.state & ~(1 << position), .drop(tensor: tensor), 0, 0)
      }
      for (index, op) in graph.ops.enumerated()
      where held & masks[index].reads == masks[index].reads {
        if op.isBackward {
          guard let position = backward.firstIndex(of: index), done >> position & 1 == 0,
            done & masks[index].after == masks[index].after,
            !graph.keepsBackwardOrder || done == (1 << position) - 1
          else { continue }
          let made = op.writes.reduce(0) { $0 + graph.tensors[$1] }
          move(
            held | (done | 1 << position) << width, .compute(op: index), op.time,
            resident + made + op.workspace)
        } else {
          let made = masks[index].writes & ~held
          guard made != 0 else { continue }
          move(
            entry.state | made, .compute(op: index), op.time,
            resident + bytes(made) + op.workspace)
        }
      }
    }
    return nil
  }

  private func path(_ state: Int, _ labels: [Int: Label]) -> [GraphAction] {
    var actions: [GraphAction] = []
    var at = state
    while let label = labels[at], label.from >= 0 {
      actions.append(label.action)
      at = label.from
    }
    return actions.reversed()
  }

  private func bytes(_ mask: Int) -> Int {
    var (sum, rest) = (0, mask)
    while rest != 0 {
      sum += graph.tensors[forward[rest.trailingZeroBitCount]]
      rest &= rest - 1
    }
    return sum
  }

  /// Bytes of what done backward ops have made and others still read.
  private func gradients(_ done: Int) -> Int {
    func isDone(_ op: Int) -> Bool {
      backward.firstIndex(of: op).map { done >> $0 & 1 == 1 } ?? false
    }
    return graph.tensors.indices.reduce(0) { sum, tensor in
      let producer = graph.producer[tensor]
      guard graph.ops[producer].isBackward, isDone(producer) else { return sum }
      let isNeeded = graph.ops.indices.contains {
        graph.ops[$0].isBackward && graph.ops[$0].reads.contains(tensor) && !isDone($0)
      }
      return isNeeded ? sum + graph.tensors[tensor] : sum
    }
  }
}
