/// What nodes in place would destroy.
///
/// Views share their operand's storage, and a node in place makes a new version of it. Where backward
/// needs an older version, PyTorch reports that "one of the variables needed for gradient computation
/// has been modified by an inplace operation"; here it is found before anything runs. What PyTorch's
/// views are (`Aliases`) decides that; what shares memory here, the rest.
struct InPlaceCheck {
  /// For each node: whether its result shares the memory of its first operand.
  private(set) var shares: [Bool]

  private let network: Network
  /// By value: which one's memory it has, were all nodes in place where they say so.
  private var storages: [Int]
  /// By value: which version of its storage it is.
  private var versions: [Int]
  /// By storage: the nodes that made its versions after the first.
  private var makers: [Int: [Int]] = [:]
  private var aliases = Aliases()
  /// By storage in PyTorch: the first node that keeps it there.
  private var keepers: [Int: Network.Node] = [:]
  /// Storages that are kept here.
  private var kept: Set<Int> = []

  /// - Throws: `PlanError.overwrittenTensor` where PyTorch would raise.
  init(_ network: Network, _ differentiation: Differentiation) throws(PlanError) {
    self.network = network
    shares = network.nodes.map(\.isInPlace)
    storages = Array(network.values.indices)
    versions = network.values.map { _ in 0 }
    guard shares.contains(true) else { return }
    aliases.follow(network)
    for (index, node) in network.nodes.enumerated() where !node.operands.isEmpty {
      noteUses(of: node)
      if node.isInPlace {
        try overwrite(by: index)
      } else if node.primitive.isView {
        storages[node.result.index] = storages[node.operands[0].index]
        versions[node.result.index] = versions[node.operands[0].index]
      }
      if differentiation.needsBackward(node) { noteKept(by: node, differentiation) }
    }
  }

  /// Who reads an older version keeps the newer ones from taking its place.
  private mutating func noteUses(of node: Network.Node) {
    for operand in node.operands {
      let newer = makers[storages[operand.index], default: []][versions[operand.index]...]
      for maker in newer { shares[maker] = false }
    }
  }

  private mutating func overwrite(by index: Int) throws(PlanError) {
    let node = network.nodes[index]
    let storage = storages[node.operands[0].index]
    if let keeper = keepers[aliases.storage(of: node.operands[0]).index] {
      throw .overwrittenTensor(by: network.mention(node), neededBy: network.mention(keeper))
    }
    switch network.values[storage].origin {
    case .input, .target, .node: break
    default: shares[index] = false
    }
    if kept.contains(storage) { shares[index] = false }
    makers[storage, default: []].append(index)
    storages[node.result.index] = storage
    versions[node.result.index] = makers[storage, default: []].count
  }

  private mutating func noteKept(by node: Network.Node, _ differentiation: Differentiation) {
    let wanted = differentiation.wanted(by: node)
    for value in network.keptByPyTorch(node, wanted) {
      let storage = aliases.storage(of: value).index
      if keepers[storage] == nil { keepers[storage] = node }
    }
    let saved = network.saved(by: node, wanted)
    for position in saved.operands { kept.insert(storages[node.operands[position].index]) }
    if saved.result { kept.insert(storages[node.result.index]) }
  }
}

extension Network {
  /// A node as a message names it.
  public struct Mention: Equatable, Sendable {
    /// `ReLU`.
    public var kind: String
    /// `block1/relu.1`.
    public var name: String
    /// The path of its layer.
    public var layer: String
  }

  func mention(_ node: Node) -> Mention {
    Mention(kind: type(of: node.primitive).name, name: node.name, layer: node.layer)
  }

  /// What `node` keeps for the wanted gradients.
  func saved(by node: Node, _ wanted: [Bool]) -> Saved {
    node.primitive.saved(
      of: node.operands.map { self[$0].shape }, result: self[node.result].shape, wanted: wanted)
  }

  fileprivate func keptByPyTorch(_ node: Node, _ wanted: [Bool]) -> [ValueID] {
    let saved = node.primitive.keptByPyTorch(
      of: node.operands.map { self[$0].shape }, result: self[node.result].shape, wanted: wanted)
    // In place PyTorch keeps the result, there being no operand any more.
    if node.isInPlace { return [node.result] }
    return saved.operands.map { node.operands[$0] } + (saved.result ? [node.result] : [])
  }
}

extension Differentiation {
  /// Whether backward runs `node`.
  func needsBackward(_ node: Network.Node) -> Bool {
    hasGradient[node.result.index] && wanted(by: node).contains(true)
  }
}
