/// Runs of nodes that work element by element, each on what the one before it makes: they go over
/// their tensors in one pass, in both directions (`Chain`).
///
/// Worth it where tensors are larger than the caches. The first node of a chain has its time.
struct ElementwiseChains {
  /// By node: the nodes of the chain that begins there, in order; empty where none does.
  private(set) var chains: [[NodeID]]
  /// By node: the first node of the chain that it belongs to.
  private(set) var first: [NodeID?]

  /// No chains.
  init(none network: Network) {
    chains = network.nodes.map { _ in [] }
    first = network.nodes.map { _ in nil }
  }

  /// The chains of `network` over tensors of at least `least` elements; of two nodes that `fuses` says
  /// one kernel of oneDNN's can do, none is made.
  init(
    _ network: Network, _ differentiation: Differentiation, from least: Int?,
    fuses: (_ node: NodeID, _ next: NodeID) -> Bool
  ) {
    self.init(none: network)
    guard let least else { return }
    // Where layouts are chosen, what needs row order stands apart from what takes any.
    let mixesLayouts = !network.nodes.contains { $0.primitive is any ChoosesLayout }
    var index = 0
    while index < network.nodes.count {
      var chain = [NodeID(index: index)]
      while Self.goesOn(chain[chain.count - 1], network, differentiation, least) {
        let next = NodeID(index: index + chain.count)
        guard mixesLayouts || network[next].layoutUse == network[chain[0]].layoutUse else { break }
        chain.append(next)
      }
      index += chain.count
      // A product before it takes the first activation.
      if let before = chain[0].previous, fuses(before, chain[0]),
        !network[before].primitive.isPointwise
      {
        chain.removeFirst()
      }
      if chain.count > 2 || (chain.count == 2 && !fuses(chain[0], chain[1])) { add(chain) }
    }
  }

  /// The same without those whose values stand in different orders.
  func standing(in layouts: [ChannelLayout], of network: Network) -> ElementwiseChains {
    var result = ElementwiseChains(none: network)
    for chain in chains where !chain.isEmpty {
      let values = chain.flatMap { network[$0].operands + [network[$0].result] }
      let layout = layouts[values[0].index]
      if values.allSatisfy({ layouts[$0.index] == layout }) { result.add(chain) }
    }
    return result
  }

  private mutating func add(_ chain: [NodeID]) {
    chains[chain[0].index] = chain
    for node in chain { first[node.index] = chain[0] }
  }

  /// Whether the node behind `node` works element by element on what that makes.
  private static func goesOn(
    _ node: NodeID, _ network: Network, _ differentiation: Differentiation, _ least: Int
  ) -> Bool {
    guard node.index + 1 < network.nodes.count else { return false }
    let (it, next) = (network[node], network[NodeID(index: node.index + 1)])
    return next.operands.contains(it.result) && isLink(it, network, least)
      && isLink(next, network, least)
      && network[it.result].shape == network[next.result].shape
      && differentiation.needsBackward(it) == differentiation.needsBackward(next)
  }

  private static func isLink(_ node: Network.Node, _ network: Network, _ least: Int) -> Bool {
    let shape = network[node.result].shape
    return node.primitive.isPointwise && !node.isInPlace && shape.elementCount >= max(1, least)
      && node.operands.allSatisfy { network[$0].shape == shape }
  }
}

extension Network.Node {
  fileprivate var layoutUse: LayoutUse { primitive.layoutUse }
}

extension NodeID {
  /// The node before it.
  fileprivate var previous: NodeID? { index > 0 ? NodeID(index: index - 1) : nil }
}
