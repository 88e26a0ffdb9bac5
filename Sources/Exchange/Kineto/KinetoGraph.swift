import TraceFormat

/// The networks of a profile: a node for each outermost forward op of a step, by its place in it.
///
/// What a profile does not tell stays empty: edges, shapes of outputs, parameters, saved tensors.
struct KinetoGraph {
  /// What makes two steps run the same network.
  private struct Signature: Hashable {
    var ops: [String]
    var modules: [String]
    var others: [String]
  }

  private var known: [Signature: Graph] = [:]

  /// The network of the step that consists of `units`, its id the same as before where it ran before.
  ///
  /// Forward ops are the nodes 0, 1, ... in their order; behind them stand optimizer, data loader and
  /// the backward functions of `loose`, which belong to no op.
  mutating func graph(
    of units: ArraySlice<KinetoUnits.Unit>, loose: [String]
  ) -> (graph: Graph, isNew: Bool) {
    let forward = units.filter { $0.phase == .forward }
    var others: [String] = []
    for name in units.filter({ $0.phase != .forward && $0.phase != .backward }).map(\.name) + loose
    where !others.contains(name) {
      others.append(name)
    }
    let signature = Signature(
      ops: forward.map(\.name), modules: forward.map(\.module), others: others)
    if let graph = known[signature] { return (graph, false) }
    var graph = Self.make(forward, others)
    graph.id = UInt32(known.count + 1)
    known[signature] = graph
    return (graph, true)
  }

  private static func make(_ forward: [KinetoUnits.Unit], _ others: [String]) -> Graph {
    var graph = Graph()
    let containers = containers(of: forward)
    var layers: Set<String> = []
    var counts: [String: Int] = [:]
    func add(layer path: String, _ kind: String, isContainer: Bool) {
      guard layers.insert(path).inserted else { return }
      var layer = Graph.Layer()
      (layer.path, layer.kind, layer.isContainer) = (path, kind, isContainer)
      graph.layers.append(layer)
    }
    for unit in forward {
      for path in prefixes(of: unit.module) where containers.contains(path) {
        add(layer: path, className(path), isContainer: true)
      }
      let isLeaf = !unit.module.isEmpty && !containers.contains(unit.module)
      let prefix = unit.module.isEmpty ? "" : unit.module + "/"
      let count = counts[prefix + unit.name, default: 0]
      counts[prefix + unit.name] = count + 1
      var node = Graph.Node()
      node.id = UInt32(graph.nodes.count)
      node.name = "\(prefix)\(unit.name).\(count)"
      node.kind = unit.name
      node.layer = isLeaf ? unit.module : node.name
      graph.nodes.append(node)
      add(
        layer: node.layer, isLeaf ? className(unit.module) : unit.name, isContainer: false)
    }
    // The last op that computes a loss is where backward starts.
    if let loss = graph.layers.lastIndex(where: { $0.kind.contains("loss") }) {
      graph.layers[loss].isLoss = true
    }
    for name in others {
      var node = Graph.Node()
      (node.id, node.name, node.kind) = (UInt32(graph.nodes.count), name, name)
      graph.nodes.append(node)
    }
    return graph
  }

  /// The modules that have modules inside.
  private static func containers(of units: [KinetoUnits.Unit]) -> Set<String> {
    var containers: Set<String> = []
    for path in Set(units.map(\.module)) { containers.formUnion(prefixes(of: path).dropLast()) }
    return containers
  }

  /// `a`, `a/b`, `a/b/c` of `a/b/c`.
  private static func prefixes(of path: String) -> [String] {
    var prefix = ""
    return path.split(separator: "/").map { part in
      prefix += (prefix.isEmpty ? "" : "/") + part
      return prefix
    }
  }

  /// `Linear` of `MLP_0/Linear_3`.
  private static func className(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let end = name.lastIndex(of: "_"), name[name.index(after: end)...].allSatisfy(\.isNumber)
    else { return String(name) }
    return String(name[..<end])
  }
}
