/// A primitive whose kernel can apply an activation to its result on the way out.
protocol FusesActivation: Primitive {
  /// What computes f(result), with f an activation whose derivative needs that alone.
  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel]
}

/// Which nodes run in one kernel, or in one pass, with the node before them.
///
/// A product, a convolution, a sum of two tensors with the activation behind it: what comes in between
/// is rounded once either way, so that forward gives the same numbers; backward needs y = f(z) alone,
/// so that z need not exist. Longer runs of what works element by element are chains. Its time is the
/// first node's.
struct Fusion {
  /// For each node: the activation that runs in its kernel.
  private(set) var activations: [NodeID?]
  /// For each node: the node whose kernel it runs in.
  private(set) var hosts: [NodeID?]
  /// Nodes that go over their tensors together.
  private(set) var chains: ElementwiseChains

  /// - Parameter chainElements: Elements from which there may be chains; nil: none.
  init(
    _ network: Network, loss: ValueID, _ differentiation: Differentiation, chainElements: Int?
  ) {
    activations = network.nodes.map { _ in nil }
    hosts = activations
    let pairs = Pairs(network, loss: loss, differentiation)
    chains = ElementwiseChains(network, differentiation, from: chainElements) { node, next in
      pairs.activation(behind: node) == next
    }
    for index in network.nodes.indices {
      let node = NodeID(index: index)
      guard chains.first[index] == nil, let activation = pairs.activation(behind: node),
        chains.first[activation.index] == nil
      else { continue }
      activations[index] = activation
      hosts[activation.index] = node
    }
  }

  /// Leaves those chains whose values stand in one order.
  mutating func keepChains(standingIn layouts: [ChannelLayout], of network: Network) {
    chains = chains.standing(in: layouts, of: network)
  }

  /// The nodes that run in one kernel, or in one pass, with `node`.
  func partners(of node: NodeID) -> [NodeID] {
    guard let first = chains.first[node.index] else {
      return [activations[node.index], hosts[node.index]].compactMap { $0 }
    }
    return chains.chains[first.index].filter { $0 != node }
  }

  /// Whether `node` runs in the row of a node before it.
  func isBehind(_ node: NodeID) -> Bool {
    hosts[node.index] != nil || (chains.first[node.index].map { $0 != node } ?? false)
  }

  /// The nodes that run in the row of `node`, in order.
  func nodes(from node: NodeID) -> [NodeID] {
    let chain = chains.chains[node.index]
    return chain.isEmpty ? [node] + [activations[node.index]].compactMap { $0 } : chain
  }
}

/// What may be fused with what.
private struct Pairs {
  let network: Network
  let loss: ValueID
  let differentiation: Differentiation
  /// By value: how often it is read.
  private var uses: [Int]

  init(_ network: Network, loss: ValueID, _ differentiation: Differentiation) {
    self.network = network
    self.loss = loss
    self.differentiation = differentiation
    uses = network.values.map { _ in 0 }
    for node in network.nodes {
      for operand in node.operands { uses[operand.index] += 1 }
    }
  }

  /// The activation that the kernel of `node` can apply.
  func activation(behind id: NodeID) -> NodeID? {
    guard id.index + 1 < network.nodes.count else { return nil }
    let (node, behind) = (network[id], NodeID(index: id.index + 1))
    let next = network[behind]
    guard node.primitive is any FusesActivation, !node.isInPlace,
      uses[node.result.index] == 1, node.result != loss,
      let activation = next.primitive as? any Activation, activation.function.usesResult,
      next.operands == [node.result],
      differentiation.needsBackward(node) == differentiation.needsBackward(next),
      !network.saved(by: node, differentiation.wanted(by: node)).result
    else { return nil }
    return behind
  }
}
