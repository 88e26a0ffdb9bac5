internal import Autodiff
internal import Rematerialization

extension MemoryDescription.Offload {
  /// Bytes a second that `auto` expects of a disk, in each direction.
  static let expectedRate = 1e9

  /// What goes out of a network; nil where nothing does.
  ///
  /// - Parameters:
  ///   - hasBudget: Whether the plan for a budget decides what `auto` sends out.
  ///   - plan: A plan in which nothing goes out.
  func options(
    _ network: Network, layers: [BuiltLayer], hasBudget: Bool,
    plan: () throws(PlanError) -> Plan
  ) throws(TrainingError) -> OffloadOptions? {
    switch self {
    case .none: return nil
    case .layers(let paths, let budget):
      do {
        let groups = try network.nodes(
          of: paths, layers: layers, path: "memory.offload.layers")
        return OffloadOptions(
          nodes: Set(groups.joined().map { NodeID(index: $0) }), budget: budget)
      } catch { throw .model(error) }
    case .auto where hasBudget: return nil
    case .auto:
      do { return OffloadOptions(nodes: Self.hidden(try plan())) } catch { throw .plan(error) }
    }
  }

  /// The nodes whose saved tensors can be written and read while others run, by guessed times.
  ///
  /// Each direction is a queue. A tensor goes out once forward has used it, if it is out before forward
  /// is over, and if reading it back with all that comes behind it takes no longer than backward takes
  /// to reach it.
  private static func hidden(_ plan: Plan) -> Set<NodeID> {
    let costs = NetworkCosts(plan).nodes
    var forward: [Double] = []
    for node in costs { forward.append((forward.last ?? 0) + node.forwardTime) }
    var backward = costs.map { _ in 0.0 }
    var clock = 0.0
    for index in costs.indices.reversed() {
      backward[index] = clock
      clock += costs[index].backwardTime
    }
    let saved = plan.savedTensors.compactMap { tensor -> (node: NodeID, last: Int, time: Double)? in
      guard let producer = tensor.producer, let last = tensor.neededBy.map(\.index).max()
      else { return nil }
      return (producer, last, Double(tensor.bytes) / expectedRate * 1e9)
    }
    let end = forward.last ?? 0
    var (nodes, free): (Set<NodeID>, Double) = ([], 0)
    for it in saved.sorted(by: { $0.last < $1.last }) {
      let isOut = max(free, forward[it.last]) + it.time
      // Half of backward's way, for what is read back before it.
      guard isOut < end, it.time < backward[it.last] / 2 else { continue }
      nodes.insert(it.node)
      free = isOut
    }
    return nodes
  }
}

extension Network {
  /// For each path, the nodes of that layer and of all inside it.
  func nodes(
    of paths: [String], layers: [BuiltLayer], path place: String
  ) throws(ModelFileError) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    for (index, path) in paths.enumerated() {
      let found = nodes.indices.filter {
        nodes[$0].layer == path || nodes[$0].layer.hasPrefix(path + "/")
      }
      guard let first = found.first, let last = found.last else {
        throw ModelFileError(
          "\(place)[\(index)]", "there is no layer \"\(path)\"",
          hint: Spelling.hint(for: path, among: layers.map(\.path)))
      }
      groups.append(first..<last + 1)
    }
    return groups
  }
}
