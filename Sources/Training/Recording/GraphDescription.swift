internal import Autodiff
internal import TraceFormat

extension Graph {
  /// A plan as a trace tells it.
  init(_ plan: Plan, layers built: [BuiltLayer]) {
    self.init()
    let facts = NodeFacts(plan)
    nodes = plan.network.nodes.indices.map { Node(plan, NodeID(index: $0), facts) }
    tensors = plan.savedTensors.enumerated().map { index, saved in
      var tensor = Tensor()
      tensor.id = UInt32(index)
      tensor.storage = UInt32(saved.storage)
      tensor.bytes = UInt64(saved.bytes)
      tensor.producer = UInt32(saved.producer?.index ?? 0)
      tensor.neededBy = saved.neededBy.map { UInt32($0.index) }
      tensor.isFromBatch = saved.producer == nil
      return tensor
    }
    parameters = plan.network.parameters.enumerated().map { index, it in
      var parameter = Parameter()
      parameter.id = UInt32(index)
      parameter.name = it.name
      parameter.layer = it.layer
      parameter.shape = plan.network[it.value].shape.sizes.map { UInt64($0) }
      return parameter
    }
    self.layers = built.map { it in
      var layer = Layer()
      layer.path = it.path
      layer.kind = it.kind
      layer.isContainer = it.isContainer
      layer.isLoss = it.isLoss
      return layer
    }
  }
}

extension Graph.Node {
  fileprivate init(_ plan: Plan, _ id: NodeID, _ facts: NodeFacts) {
    self.init()
    let network = plan.network
    let node = network[id]
    let cost = plan.cost(of: id)
    self.id = UInt32(id.index)
    name = node.name
    kind = node.operands.isEmpty ? sourceKind(node) : type(of: node.primitive).name
    layer = node.layer
    rule = node.primitive.rule.forward
    backwardRule = node.primitive.rule.backward
    for operand in node.operands {
      switch network[operand].origin {
      case .node(let producer): inputs.append(UInt32(producer.index))
      case .parameter(let parameter): parameters.append(UInt32(parameter.index))
      case .input, .target, .buffer, .constant: break
      }
      if let source = facts.sources[operand] { inputs.append(UInt32(source.index)) }
    }
    if case .parameter(let parameter) = network[node.result].origin {
      parameters.append(UInt32(parameter.index))
    }
    shape = network[node.result].shape.sizes.map { UInt64($0) }
    let isHalf = plan.options.precision == .bfloat16 && !node.operands.isEmpty && !shape.isEmpty
    dtype = isHalf ? "bfloat16" : network[node.result].type.name
    forwardFlops = UInt64(cost.forward)
    backwardFlops = UInt64(cost.backward)
    isInPlace = node.isInPlace
    fusedWith = plan.fusedWith[id.index].map { UInt32($0.index) }
    isInChain = plan.isInChain[id.index]
    isRandom = node.primitive.isRandom
    hasSideEffects = node.primitive.hasSideEffects
    saved = plan.savedByNode[id.index].map { UInt32($0) }
    forwardWorkspaceBytes = facts.forwardWorkspace[id.index]
    backwardWorkspaceBytes = facts.backwardWorkspace[id.index]
  }

  private func sourceKind(_ node: Network.Node) -> String {
    (node.primitive as? Source)?.isTrained == true ? "Parameter" : "Constant"
  }
}

/// What is looked up for every node, gathered in one pass.
private struct NodeFacts {
  /// The node that stands for a value from outside.
  var sources: [ValueID: NodeID] = [:]
  var forwardWorkspace: [UInt64]
  var backwardWorkspace: [UInt64]

  init(_ plan: Plan) {
    forwardWorkspace = plan.network.nodes.map { _ in 0 }
    backwardWorkspace = forwardWorkspace
    for (index, node) in plan.network.nodes.enumerated() where node.operands.isEmpty {
      sources[node.result] = NodeID(index: index)
    }
    for row in plan.rows {
      let (node, bytes) =
        (row.node.index, UInt64(row.liveBytes[MemoryCategory.temporary.rawValue]))
      switch row.phase {
      case .forward, .recompute: forwardWorkspace[node] = max(forwardWorkspace[node], bytes)
      case .backward: backwardWorkspace[node] = max(backwardWorkspace[node], bytes)
      case .optimizer, .offloadOut, .offloadIn: break
      }
    }
  }
}
