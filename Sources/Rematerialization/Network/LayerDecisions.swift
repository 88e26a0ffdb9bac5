/// What an order does with what one layer makes.
public struct LayerDecision: Equatable, Sendable {
  /// The path of the layer.
  public var layer: String
  /// Whether anything of it is made again.
  public var isRecomputed = false
  /// Whether anything of it leaves memory and comes back.
  public var isOffloaded = false
  /// Bytes that backward reads and that are not kept in memory from forward.
  public var freed = 0
  /// Nanoseconds that making them again, or fetching them, takes.
  public var paid = 0.0

  /// `kept`, `recomputed`, `offloaded`, or both of these.
  public var name: String {
    switch (isRecomputed, isOffloaded) {
    case (false, false): "kept"
    case (true, false): "recomputed"
    case (false, true): "offloaded"
    case (true, true): "recomputed, offloaded"
    }
  }
}

extension NetworkCosts {
  /// What `order` does with each layer, in the order in which layers first run.
  public func decisions(for order: [NetworkAction]) -> [LayerDecision] {
    var runs = Array(repeating: 0, count: nodes.count)
    var sent: Set<Int> = []
    for action in order {
      switch action {
      case .forward(let node): runs[node] += 1
      case .offload(let node): sent.insert(node)
      case .backward: break
      }
    }
    let read = readByBackward
    var (result, positions): ([LayerDecision], [String: Int]) = ([], [:])
    for (index, node) in nodes.enumerated() {
      let position = positions[node.layer] ?? result.count
      if position == result.count {
        positions[node.layer] = position
        result.append(LayerDecision(layer: node.layer))
      }
      if sent.contains(index) {
        result[position].isOffloaded = true
        result[position].freed += leaving[index]
        result[position].paid += transferTime(index)
      }
      guard runs[index] > 1 else { continue }
      result[position].isRecomputed = true
      result[position].paid += Double(runs[index] - 1) * node.forwardTime
      if read.contains(index) { result[position].freed += node.result }
      if node.needsExtras { result[position].freed += node.extras }
    }
    return result
  }

  /// The modules that one would wrap in `torch.utils.checkpoint` for much the same effect: layers of
  /// which something is made again, and containers in place of all of their layers.
  ///
  /// - Parameter containers: Paths of layers that hold others.
  public func modules(for decisions: [LayerDecision], containers: [String]) -> [String] {
    let recomputed = Set(decisions.filter(\.isRecomputed).map(\.layer))
    // A layer that makes nothing that backward reads counts neither way.
    var matters: Set<String> = recomputed
    for node in nodes where node.needsResult || node.needsExtras || !node.needsInputs.isEmpty {
      matters.insert(node.layer)
    }
    func isInside(_ layer: String, _ container: String) -> Bool {
      layer.hasPrefix(container + "/")
    }
    let whole = containers.filter { container in
      let inside = matters.filter { isInside($0, container) }
      return !inside.isEmpty && inside.count(where: recomputed.contains) * 2 > inside.count
    }
    let outermost = whole.filter { container in !whole.contains { isInside(container, $0) } }
    let single = decisions.map(\.layer).filter { layer in
      recomputed.contains(layer)
        && !outermost.contains { isInside(layer, $0) || layer == $0 }
    }
    return (outermost + single).map { path in
      String(path.map { $0 == "/" ? "." : $0 })
    }
  }
}
