/// Lays out a step: forward, backward, update, with the kernels of each and the tensors they use.
struct PlanBuilder {
  let network: Network
  let loss: ValueID
  let updateRule: any UpdateRule
  let options: PlanOptions
  let factory: KernelFactory
  let differentiation: Differentiation

  private(set) var rows: [PlanRow] = []
  private(set) var parts: [PlanPart] = []
  private(set) var kernels: [Kernel] = []
  /// For each kernel: its scratch memory.
  private(set) var scratch: [TensorID?] = []
  private(set) var uses = TensorUses()
  private(set) var saved = SavedTensors()
  private(set) var valueTensors: [TensorID] = []
  private(set) var gradientTensors: [TensorID?]
  private(set) var stateTensors: [[TensorID]] = []
  let seed: TensorID
  /// Gradients that already hold something in this step.
  private var begun: Set<Int> = []

  init(
    _ network: Network, loss: ValueID, updateRule: any UpdateRule, options: PlanOptions
  ) throws(PlanError) {
    self.network = network
    self.loss = loss
    self.updateRule = updateRule
    self.options = options
    differentiation = try Differentiation(network, loss: loss)
    guard network[loss].shape.elementCount == 1 else {
      throw .lossIsNoScalar(network[loss].shape)
    }
    do { factory = try KernelFactory(threads: options.threads) } catch {
      throw .kernel(node: "", error)
    }
    gradientTensors = network.values.map { _ in nil }
    seed = factory.tensors.make([], .gradient, isPersistent: true)
  }

  /// Emits the whole step.
  mutating func build() throws(PlanError) {
    makeTensors()
    for micro in 0..<options.accumulate {
      parts.append(.data(micro: micro))
      use(batchTensors, at: kernels.count)
      var kept: [[Operand]] = []
      let forward = rows.count
      for node in network.nodes.indices { kept.append(try emitForward(NodeID(index: node))) }
      parts.append(.ops(forward..<rows.count, .forward))
      if micro == 0 { noteSaved(extras: kept) }
      begun = begun.filter { isParameterGradient($0) }
      let backward = rows.count
      for node in network.nodes.indices.reversed() {
        try emitBackward(NodeID(index: node), extras: kept[node])
      }
      parts.append(.ops(backward..<rows.count, .backward))
    }
    emitUpdates()
  }
}

// MARK: - Tensors

extension PlanBuilder {
  private mutating func makeTensors() {
    let tensors = factory.tensors
    for value in network.values {
      switch value.origin {
      case .parameter, .buffer:
        valueTensors.append(tensors.make(value.shape, .parameter, isPersistent: true))
      case .constant:
        valueTensors.append(tensors.make(value.shape, .input, isPersistent: true))
      case .input, .target:
        valueTensors.append(tensors.make(value.shape, .input, type: value.type))
      case .node(let id):
        let node = network[id]
        valueTensors.append(
          node.primitive.isView
            ? tensors.makeView(of: valueTensors[node.operands[0].index])
            : tensors.make(value.shape, .activation))
      }
    }
    for (index, value) in network.values.enumerated() where differentiation.hasGradient[index] {
      if index == loss.index {
        gradientTensors[index] = seed
      } else if case .parameter = value.origin {
        gradientTensors[index] = tensors.make(
          value.shape, .gradient, isPersistent: !options.zeroGrad)
      } else {
        gradientTensors[index] = tensors.make(value.shape, .gradient)
      }
    }
    for parameter in network.parameters {
      let isTrained = differentiation.hasGradient[parameter.value.index]
      stateTensors.append(
        (0..<(isTrained ? updateRule.stateCount : 0)).map { _ in
          tensors.make(network[parameter.value].shape, .optimizerState, isPersistent: true)
        })
    }
    // Gradients that are never cleared hold something from the first step on.
    if !options.zeroGrad {
      for parameter in network.parameters { begun.insert(parameter.value.index) }
    }
  }

  private var batchTensors: [TensorID] {
    network.values.indices
      .filter { network.values[$0].origin == .input || network.values[$0].origin == .target }
      .map { valueTensors[$0] }
  }

  private func isParameterGradient(_ value: Int) -> Bool {
    if case .parameter = network.values[value].origin { true } else { false }
  }

  private func operand(_ value: ValueID) -> Operand {
    Operand(tensor: valueTensors[value.index], shape: network[value].shape)
  }
}

// MARK: - Rows

extension PlanBuilder {
  private mutating func emitForward(_ id: NodeID) throws(PlanError) -> [Operand] {
    let node = network[id]
    let operands = node.operands.map(operand)
    let needs = neededForBackward(node)
    let extras = extraShapes(node).map { shape in
      Operand(tensor: factory.tensors.make(shape, needs ? .activation : .temporary), shape: shape)
    }
    let site = ForwardSite(
      kernels: factory, operands: operands, result: operand(node.result), extras: extras)
    let made: [Kernel]
    do { made = try node.primitive.forward(site) } catch {
      throw .kernel(node: node.name, error)
    }
    emit(made, node: id, phase: .forward)
    // A measurement after the op reads its result.
    use([valueTensors[node.result.index]], at: max(0, kernels.count - 1))
    if let states = node.primitive.statesInTime {
      rows[rows.count - 1].states = extras[states]
      use([extras[states].tensor], at: max(0, kernels.count - 1))
    }
    return extras
  }

  private mutating func emitBackward(_ id: NodeID, extras: [Operand]) throws(PlanError) {
    let node = network[id]
    guard let upstream = gradientTensors[node.result.index], neededForBackward(node) else {
      return
    }
    var targets: [GradientTarget?] = []
    var parts: [(whole: Operand, part: Operand)] = []
    var seen: Set<ValueID> = []
    for value in node.operands {
      guard let tensor = gradientTensors[value.index] else {
        targets.append(nil)
        continue
      }
      let whole = Operand(tensor: tensor, shape: network[value].shape)
      if seen.insert(value).inserted {
        let accumulates = !begun.insert(value.index).inserted
        targets.append(GradientTarget(operand: whole, accumulates: accumulates))
      } else {
        // The same value twice: the second gradient is computed apart and added.
        let part = factory.temporary(whole.shape)
        parts.append((whole, part))
        targets.append(GradientTarget(operand: part, accumulates: false))
      }
    }
    let timeNorms = node.primitive.statesInTime.map { states in
      factory.temporary([extras[states].shape.sizes[0]])
    }
    let site = BackwardSite(
      kernels: factory, operands: node.operands.map(operand), result: operand(node.result),
      extras: extras, upstream: Operand(tensor: upstream, shape: network[node.result].shape),
      targets: targets, timeNorms: timeNorms)
    var made: [Kernel]
    do {
      made = try node.primitive.backward(site)
      for (whole, part) in parts {
        made += try factory.combine(.sum, whole, part, into: whole)
      }
    } catch {
      throw .kernel(node: node.name, error)
    }
    use([upstream], at: kernels.count)
    emit(made, node: id, phase: .backward)
    if let timeNorms {
      rows[rows.count - 1].timeNorms = timeNorms.tensor
      use([timeNorms.tensor], at: max(0, kernels.count - 1))
    }
  }

  /// One row for each node that owns parameters: the node that uses them first.
  private mutating func emitUpdates() {
    var owned: [Int: [ParameterID]] = [:]
    for (index, parameter) in network.parameters.enumerated()
    where differentiation.hasGradient[parameter.value.index] {
      let owner = network.nodes.firstIndex {
        $0.operands.contains(parameter.value) || $0.result == parameter.value
      }
      owned[owner ?? 0, default: []].append(ParameterID(index: index))
    }
    let first = rows.count
    var lists: [[ParameterID]] = []
    // All gradients live until the last update: clipping needs them all.
    use(network.parameters.compactMap { gradientTensors[$0.value.index] }, at: kernels.count)
    for (node, parameters) in owned.sorted(by: { $0.key < $1.key }) {
      rows.append(
        PlanRow(
          node: NodeID(index: node), phase: .optimizer, kernels: kernels.count..<kernels.count))
      lists.append(parameters)
    }
    parts.append(.updates(first..<rows.count, parameters: lists))
  }

  private mutating func emit(_ made: [Kernel], node: NodeID, phase: PlanPhase) {
    let first = kernels.count
    for kernel in made {
      let time = kernels.count
      use(kernel.reads + kernel.writes, at: time)
      let space =
        kernel.scratchBytes > 0
        ? factory.tensors.make(bytes: kernel.scratchBytes, .temporary) : nil
      if let space { use([space], at: time) }
      kernels.append(kernel)
      scratch.append(space)
    }
    rows.append(PlanRow(node: node, phase: phase, kernels: first..<kernels.count))
  }

  private mutating func use(_ tensors: [TensorID], at time: Int) {
    for tensor in tensors { uses.note(factory.tensors.root(of: tensor), at: time) }
  }

  private func neededForBackward(_ node: Network.Node) -> Bool {
    differentiation.hasGradient[node.result.index]
      && differentiation.wanted(by: node).contains(true)
  }

  /// Forward writes its extras whether or not backward will read them.
  private func extraShapes(_ node: Network.Node) -> [Shape] {
    savedForm(node, wanted: node.operands.map { _ in true }).extras
  }

  private func savedForm(_ node: Network.Node, wanted: [Bool]) -> Saved {
    node.primitive.saved(
      of: node.operands.map { network[$0].shape }, result: network[node.result].shape,
      wanted: wanted)
  }
}

// MARK: - What is kept

extension PlanBuilder {
  private mutating func noteSaved(extras: [[Operand]]) {
    for (index, node) in network.nodes.enumerated() {
      let id = NodeID(index: index)
      guard neededForBackward(node) else {
        saved.add([], neededBy: id)
        continue
      }
      let form = savedForm(node, wanted: differentiation.wanted(by: node))
      var kept: [SavedTensors.Entry] = form.operands.map { entry(node.operands[$0]) }
      if form.result { kept.append(entry(node.result)) }
      kept += extras[index].map {
        SavedTensors.Entry(
          tensor: $0.tensor, bytes: $0.shape.elementCount * 4, producer: id, isFromBatch: false)
      }
      saved.add(kept, neededBy: id)
    }
  }

  private func entry(_ value: ValueID) -> SavedTensors.Entry {
    let it = network[value]
    var producer: NodeID?
    if case .node(let id) = it.origin { producer = id }
    return SavedTensors.Entry(
      tensor: factory.tensors.root(of: valueTensors[value.index]),
      bytes: it.shape.elementCount * it.type.byteCount, producer: producer,
      isFromBatch: it.origin == .input || it.origin == .target)
  }
}
