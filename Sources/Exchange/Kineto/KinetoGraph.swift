import TraceFormat

/// The networks of a profile: a node for each outermost forward op of a step, by its place in it.
///
/// What a profile does not tell stays empty: edges, parameters, saved tensors, and without
/// `record_shapes=True` all shapes.
struct KinetoGraph {
  /// The network of a step.
  struct Network {
    var graph: Graph
    /// The nodes behind those of forward, by name.
    var others: [KinetoTexts.ID: UInt32] = [:]
  }

  /// What makes two steps run the same network.
  private struct Signature: Hashable {
    var ops: [KinetoTexts.ID]
    var modules: [KinetoTexts.ID]
    var others: [KinetoTexts.ID]
    var operands: [Int32]
    var gradients: [Int32]
  }

  private let texts: KinetoTexts
  private let operands: KinetoOperands
  private var known: [Signature: Network] = [:]

  /// Networks of units whose names are `texts`, and which take `operands`.
  init(_ texts: KinetoTexts, _ operands: KinetoOperands) {
    self.texts = texts
    self.operands = operands
  }

  /// The network of the step that consists of `units`, its id the same as before where it ran before.
  ///
  /// Forward ops are the nodes 0, 1, ... in their order; behind them stand optimizer, data loader and
  /// the backward functions that belong to no op.
  mutating func network(
    of units: ArraySlice<KinetoUnits.Unit>, _ nodes: KinetoLinks.Nodes
  ) -> (network: Network, isNew: Bool) {
    let forward = units.filter { $0.phase == .forward }
    var others: [KinetoTexts.ID] = []
    for name in units.filter({ $0.phase != .forward && $0.phase != .backward }).map(\.name)
      + nodes.loose
    where !others.contains(name) {
      others.append(name)
    }
    let signature = Signature(
      ops: forward.map(\.name), modules: forward.map(\.module), others: others,
      operands: forward.map(\.operands), gradients: nodes.gradients)
    if let network = known[signature] { return (network, false) }
    var network = Network(graph: graph(of: forward, nodes.gradients))
    network.graph.id = UInt32(known.count + 1)
    for name in others {
      var node = Graph.Node()
      node.id = UInt32(network.graph.nodes.count)
      (node.name, node.kind, node.dtype) = (texts[name], texts[name], "")
      network.graph.nodes.append(node)
      network.others[name] = node.id
    }
    known[signature] = network
    return (network, true)
  }

  private func graph(of forward: [KinetoUnits.Unit], _ gradients: [Int32]) -> Graph {
    var graph = Graph()
    let containers = Self.containers(of: Set(forward.map(\.module)).map { texts[$0] })
    var layers: Set<String> = []
    var counts: [String: Int] = [:]
    func add(layer path: String, _ kind: String, isContainer: Bool) {
      guard layers.insert(path).inserted else { return }
      var layer = Graph.Layer()
      (layer.path, layer.kind, layer.isContainer) = (path, kind, isContainer)
      graph.layers.append(layer)
    }
    for unit in forward {
      let (name, module) = (texts[unit.name], texts[unit.module])
      for path in Self.prefixes(of: module) where containers.contains(path) {
        add(layer: path, Self.className(path), isContainer: true)
      }
      let isLeaf = !module.isEmpty && !containers.contains(module)
      let prefix = module.isEmpty ? "" : module + "/"
      let count = counts[prefix + name, default: 0]
      counts[prefix + name] = count + 1
      var node = Graph.Node()
      node.id = UInt32(graph.nodes.count)
      node.name = "\(prefix)\(name).\(count)"
      node.kind = name
      node.layer = isLeaf ? module : node.name
      node.operands = operands.all(unit.operands)
      let output = operands.first(gradients[Int(node.id)])
      (node.shape, node.dtype) = (output?.shape ?? [], output?.dtype ?? "")
      graph.nodes.append(node)
      add(layer: node.layer, isLeaf ? Self.className(module) : name, isContainer: false)
    }
    // The last op that computes a loss is where backward starts.
    if let loss = graph.layers.lastIndex(where: { $0.kind.contains("loss") }) {
      graph.layers[loss].isLoss = true
    }
    return graph
  }

  /// The modules that have modules inside.
  private static func containers(of modules: [String]) -> Set<String> {
    var containers: Set<String> = []
    for path in modules { containers.formUnion(prefixes(of: path).dropLast()) }
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
