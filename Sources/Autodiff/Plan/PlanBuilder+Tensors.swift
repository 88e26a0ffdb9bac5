/// Where values, gradients and states of the optimizer stand, and when that changes.
extension PlanBuilder {
  mutating func makeTensors() {
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
        valueTensors.append(
          sharesBytes(id)
            ? tensors.makeView(of: valueTensors[network[id].operands[0].index])
            : tensors.make(value.shape, .activation))
      }
    }
    current = valueTensors
    makeGradients(isFirst: true)
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

  /// Backwards: a gradient that is handed on comes after the one that it is.
  mutating func makeGradients(isFirst: Bool) {
    let tensors = factory.tensors
    for (index, value) in network.values.enumerated().reversed()
    where differentiation.hasGradient[index] {
      if sharing.owners[index] != index, let owner = gradientTensors[sharing.owners[index]] {
        gradientTensors[index] = tensors.makeView(of: owner)
      } else if index == loss.index {
        gradientTensors[index] = seed
      } else if case .parameter = value.origin {
        guard isFirst else { continue }
        gradientTensors[index] = tensors.make(
          value.shape, .gradient, isPersistent: !options.zeroGrad)
      } else {
        gradientTensors[index] = tensors.make(value.shape, .gradient)
      }
    }
  }

  var batchTensors: [TensorID] {
    network.values.indices
      .filter { network.values[$0].origin == .input || network.values[$0].origin == .target }
      .map { valueTensors[$0] }
  }

  func isParameterGradient(_ value: Int) -> Bool {
    if case .parameter = network.values[value].origin { true } else { false }
  }

  mutating func operand(_ value: ValueID) -> Operand {
    Operand(
      tensor: tensor(of: value), shape: network[value].shape, layout: layout.layouts[value.index])
  }

  /// Where a value stands now; what shares its operand's bytes moves with it.
  mutating func tensor(of value: ValueID) -> TensorID {
    guard case .node(let id) = network[value].origin, sharesBytes(id) else {
      return current[value.index]
    }
    let base = tensor(of: network[id].operands[0])
    let tensors = factory.tensors
    if tensors.root(of: current[value.index]) != tensors.root(of: base) {
      current[value.index] = tensors.makeView(of: base)
    }
    return current[value.index]
  }

  /// Gives a value bytes of its own, apart from those it had.
  mutating func renew(_ value: ValueID) {
    guard case .node(let id) = network[value].origin, !sharesBytes(id) else { return }
    current[value.index] = factory.tensors.make(network[value].shape, .activation)
  }

  /// Whether a node's result is its first operand's bytes; what is fused is made where its result
  /// goes.
  func sharesBytes(_ node: NodeID) -> Bool {
    network[node].primitive.isView || inPlace.shares[node.index]
      || fusion.hosts[node.index] != nil
  }

  /// The next micro-batch has activations and their gradients of its own; the loss stays where it is.
  mutating func renewActivations() {
    for index in network.values.indices {
      guard case .node(let id) = network.values[index].origin, index != loss.index else { continue }
      if sharesBytes(id) {
        valueTensors[index] = tensor(of: ValueID(index: index))
      } else {
        renew(ValueID(index: index))
        valueTensors[index] = current[index]
      }
    }
    makeGradients(isFirst: false)
  }

  /// The operands of a node as its kernels take them; `made` gets what makes copies of them.
  ///
  /// - Parameter read: Positions of those that are read; the bytes of others may be gone.
  mutating func operands(
    of id: NodeID, read: [Int], _ made: inout [Kernel]
  ) throws(PlanError) -> [Operand] {
    let node = network[id]
    var operands: [Operand] = []
    for (position, value) in node.operands.enumerated() {
      var it = operand(value, of: node, &made)
      if it.layout != .plain, !layout.isKept[id.index], read.contains(position) {
        let copy = factory.temporary(it.shape)
        do { made += try factory.reorder(it, into: copy) } catch {
          throw .kernel(node: node.name, error)
        }
        it = copy
      }
      operands.append(it)
    }
    return operands
  }

  /// target = part, or target + part, whatever layouts they have.
  func add(_ part: Operand, to target: GradientTarget) throws(KernelError) -> [Kernel] {
    let whole = target.operand
    if !target.accumulates { return try factory.reorder(part, into: whole) }
    guard part.layout != whole.layout else {
      return try factory.combine(.sum, whole, part, into: whole)
    }
    let moved = factory.temporary(whole.shape, whole.layout)
    return try factory.reorder(part, into: moved)
      + factory.combine(.sum, whole, moved, into: whole)
  }

  /// A value as `node` reads it: products in bfloat16 read a rounded copy of their weights.
  mutating func operand(
    _ value: ValueID, of node: Network.Node, _ made: inout [Kernel]
  ) -> Operand {
    let exact = operand(value)
    guard options.precision == .bfloat16, node.primitive.isProduct, isExact(value) else {
      return exact
    }
    let copy =
      rounded[value]
      ?? Operand(
        tensor: factory.tensors.make(exact.shape, .temporary, isPersistent: true),
        shape: exact.shape)
    if refreshed.insert(value).inserted { made.append(factory.round(exact, into: copy.tensor)) }
    rounded[value] = copy
    return copy
  }

  /// Whether a value is kept in single precision.
  func isExact(_ value: ValueID) -> Bool {
    if case .node = network[value].origin { false } else { network[value].type == .float32 }
  }

  /// Whether what `node` makes is an activation in bfloat16: all but the loss, and views of others.
  func isRounded(_ node: Network.Node) -> Bool {
    options.precision == .bfloat16 && !node.primitive.isView && !node.operands.isEmpty
      && network[node.result].shape.rank > 0
  }
}
