/// What an order does with what one layer makes.
public struct LayerDecision: Equatable, Sendable {
  /// The path of the layer.
  public var layer: String
  /// Whether anything of it is made again.
  public var isRecomputed: Bool
  /// Bytes that backward reads and that are not kept from forward.
  public var freed: Int
  /// Nanoseconds that making them again takes.
  public var paid: Double
}

extension NetworkCosts {
  /// What `order` does with each layer, in the order in which layers first run.
  public func decisions(for order: [NetworkAction]) -> [LayerDecision] {
    var runs = Array(repeating: 0, count: nodes.count)
    for case .forward(let node) in order { runs[node] += 1 }
    var read: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      for need in node.needsInputs + (node.needsResult ? [index] : []) {
        if let storage = storage(need) { read.insert(storage) }
      }
    }
    var (result, positions): ([LayerDecision], [String: Int]) = ([], [:])
    for (index, node) in nodes.enumerated() {
      let position = positions[node.layer] ?? result.count
      if position == result.count {
        positions[node.layer] = position
        result.append(LayerDecision(layer: node.layer, isRecomputed: false, freed: 0, paid: 0))
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
