internal import Autodiff
internal import Rematerialization

extension NetworkCosts {
  /// What a plan's nodes cost in memory; their times are guessed from their operations.
  init(_ plan: Plan) {
    let network = plan.network
    var producer: [ValueID: Int] = [:]
    for (index, node) in network.nodes.enumerated() where !node.operands.isEmpty {
      producer[node.result] = index
    }
    var nodes = network.nodes.indices.map { index -> Node in
      let id = NodeID(index: index)
      let it = network[id]
      let needs = plan.needs(of: id)
      var node = Node()
      node.name = it.name
      node.layer = it.layer
      node.inputs = it.operands.compactMap { producer[$0] }
      // What one kernel of oneDNN's does is made where its result goes.
      node.isView =
        it.primitive.isView
        || (!plan.isInChain[index] && plan.fusedWith[index].contains { $0.index < index })
      node.overwrites = it.isInPlace
      node.isRandom = it.primitive.isRandom
      node.hasSideEffects = it.primitive.hasSideEffects
      node.result = it.operands.isEmpty ? 0 : plan.bytes(of: it.result)
      node.extras = plan.extraBytes(of: id)
      node.needsExtras = needs.map { !$0.extras.isEmpty } ?? false
      node.needsResult = needs?.result ?? false
      node.needsInputs = needs?.operands.compactMap { producer[it.operands[$0]] } ?? []
      node.hasBackward = needs != nil
      node.gradient = plan.nodeHasGradient[index] ? plan.bytes(of: it.result) : 0
      let cost = plan.cost(of: id)
      node.forwardTime = Self.guess(cost.forward, node.result)
      node.backwardTime = needs == nil ? 0 : Self.guess(cost.backward, 2 * node.result)
      return node
    }
    for row in plan.rows {
      let bytes = row.liveBytes[MemoryCategory.temporary.rawValue]
      switch row.phase {
      case .forward, .recompute:
        nodes[row.node.index].forwardWorkspace = max(nodes[row.node.index].forwardWorkspace, bytes)
      case .backward: nodes[row.node.index].backwardWorkspace = bytes
      case .optimizer, .offloadOut, .offloadIn: break
      }
    }
    var seen: Set<ValueID> = []
    for index in nodes.indices.reversed() where nodes[index].hasBackward {
      for operand in network.nodes[index].operands {
        guard case .parameter(let id) = network[operand].origin,
          plan.parameterHasGradient[id.index], plan.options.zeroGrad,
          seen.insert(operand).inserted
        else { continue }
        nodes[index].lasting += plan.bytes(of: operand)
      }
    }
    self.init(nodes: nodes, fixed: plan.persistentBytes)
  }

  /// Nanoseconds of so many operations on so many bytes, on some machine.
  private static func guess(_ flops: Int, _ bytes: Int) -> Double {
    500 + Double(flops) / 40 + Double(bytes) / 8
  }

  /// The same with measured times: medians, in nanoseconds, by node.
  func timed(forward: [Double?], backward: [Double?], fixedTime: Double) -> NetworkCosts {
    var result = self
    result.fixedTime = fixedTime
    for index in nodes.indices {
      if let time = forward[index] { result.nodes[index].forwardTime = time }
      if let time = backward[index] { result.nodes[index].backwardTime = time }
    }
    return result
  }
}

extension StepOrder {
  /// An order that was found without knowing of `Autodiff`.
  init(_ actions: [NetworkAction]) {
    self.init(
      actions.compactMap {
        switch $0 {
        case .forward(let node): .forward(NodeID(index: node))
        case .backward(let node): .backward(NodeID(index: node))
        case .offload: nil
        }
      })
  }
}
