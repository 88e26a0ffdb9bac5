/// A chain that stands in a plan.
struct PlannedChain {
  let chain: Chain
  /// Its row.
  let row: Int
  /// What is read after it, whoever else does.
  let kept: TensorID
}

/// Rows of nodes that go over their tensors in one pass.
extension PlanBuilder {
  mutating func emitForward(chain nodes: [NodeID]) throws(PlanError) {
    var (made, outputs) = ([Kernel](), [(node: NodeID, tensor: TensorID)]())
    for node in nodes {
      let its = try forward(node)
      made += its.kernels
      outputs.append((node, its.result.tensor))
    }
    let last = outputs[outputs.count - 1].tensor
    emit(chain: made, of: nodes, phase: .forward, tensor: last, probes: [])
    rows[rows.count - 1].outputs = outputs
    use(outputs.map(\.tensor), at: max(0, kernels.count - 1))
  }

  mutating func emitBackward(chain nodes: [NodeID]) throws(PlanError) {
    var (made, probes, measured) = ([Kernel](), [Chain.Probe](), [NodeID]())
    for node in nodes.reversed() {
      let result = network[node].result
      if node != nodes.last, let gradient = gradientTensors[result.index] {
        // It is whole now; what comes may add to the same bytes.
        probes.append(
          Chain.Probe(position: made.count, operand: operand(gradient, like: result)))
        measured.append(node)
      }
      made += try backward(node, extras: []).kernels
    }
    let arriving = gradientTensors[network[nodes[nodes.count - 1]].result.index] ?? seed
    emit(chain: made, of: nodes, phase: .backward, tensor: arriving, probes: probes)
    // Where all gradients are handed on there is no kernel.
    if !made.isEmpty, let chain = chains[kernels.count - 1]?.chain {
      rows[rows.count - 1].squares = ChainSquares(
        tensor: chain.sums, threads: chain.threads, nodes: measured)
    }
    use(
      nodes.compactMap { gradientTensors[network[$0].result.index] },
      at: max(0, kernels.count - 1))
  }

  private mutating func emit(
    chain made: [Kernel], of nodes: [NodeID], phase: PlanPhase, tensor: TensorID,
    probes: [Chain.Probe]
  ) {
    if made.count > 1, let chain = Chain(made, probes: probes, factory) {
      chains[kernels.count] = PlannedChain(chain: chain, row: rows.count, kept: tensor)
      emit([chain.kernel(locals: [], root: { $0 })], node: nodes[0], phase: phase, tensor: tensor)
    } else {
      emit(made, node: nodes[0], phase: phase, tensor: tensor)
    }
    rows[rows.count - 1].nodes = nodes
  }

  /// Takes what only a chain uses out of the arena.
  mutating func finishChains() {
    guard !chains.isEmpty else { return }
    let tensors = factory.tensors
    // A view behind a chain shows what stands there, whether or not a kernel reads it.
    var shown: [TensorID: Set<Int>] = [:]
    for (index, row) in rows.enumerated() {
      for output in row.outputs {
        shown[tensors.root(of: output.tensor), default: []].insert(index)
      }
    }
    for (time, it) in chains.sorted(by: { $0.key < $1.key }) {
      let used = it.chain.kernels.flatMap { $0.reads + $0.writes }.map { tensors.root(of: $0) }
      let own = Set(used).filter { root in
        uses.first[root.index] == time && uses.last[root.index] == time
          && !tensors[root].isPersistent && root != tensors.root(of: it.kept)
          && shown[root, default: []].isSubset(of: [it.row])
      }
      locals.formUnion(own)
      rows[it.row].outputs.removeAll { own.contains(tensors.root(of: $0.tensor)) }
      replace(it.chain.kernel(locals: own) { tensors.root(of: $0) }, at: time)
    }
  }
}
