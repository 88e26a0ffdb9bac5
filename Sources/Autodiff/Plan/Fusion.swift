/// A primitive whose kernel can apply an activation to its result on the way out.
protocol FusesActivation: Primitive {
  /// What computes f(result), with f an activation whose derivative needs that alone.
  func forward(_ site: ForwardSite, _ activation: Elementwise) throws(KernelError) -> [Kernel]
}

/// Which nodes run in one kernel with the node before them.
///
/// A product, a convolution, a sum of two tensors with the activation behind it: what comes in between
/// is rounded once either way, so that forward gives the same numbers; backward needs y = f(z) alone,
/// so that z need not exist. Its time is the first node's.
struct Fusion {
  /// For each node: the activation that runs in its kernel.
  private(set) var activations: [NodeID?]
  /// For each node: the node whose kernel it runs in.
  private(set) var hosts: [NodeID?]

  /// The nodes that run in one kernel with `node`.
  func partners(of node: NodeID) -> [NodeID] {
    [activations[node.index], hosts[node.index]].compactMap { $0 }
  }

  init(_ network: Network, loss: ValueID, _ differentiation: Differentiation) {
    activations = network.nodes.map { _ in nil }
    hosts = activations
    var uses = network.values.map { _ in 0 }
    for node in network.nodes {
      for operand in node.operands { uses[operand.index] += 1 }
    }
    for (index, node) in network.nodes.enumerated()
    where node.primitive is any FusesActivation && !node.isInPlace {
      guard index + 1 < network.nodes.count, uses[node.result.index] == 1, node.result != loss
      else { continue }
      let next = network.nodes[index + 1]
      guard let activation = next.primitive as? any Activation, activation.function.usesResult,
        next.operands == [node.result],
        differentiation.needsBackward(node) == differentiation.needsBackward(next),
        !network.saved(by: node, differentiation.wanted(by: node)).result
      else { continue }
      activations[index] = NodeID(index: index + 1)
      hosts[index + 1] = NodeID(index: index)
    }
  }
}
