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
            : tensors.make(value.shape, .activation, type: storage.types[valueTensors.count]))
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
        gradientTensors[index] = tensors.make(
          value.shape, .gradient, type: storage.types[index])
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
    operand(tensor(of: value), like: value)
  }

  /// A tensor that stands as a value does.
  func operand(_ tensor: TensorID, like value: ValueID) -> Operand {
    Operand(
      tensor: tensor, shape: network[value].shape, layout: layout.layouts[value.index],
      type: storage.types[value.index])
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
    current[value.index] = factory.tensors.make(
      network[value].shape, .activation, type: storage.types[value.index])
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
      var it = try operand(value, at: position, of: id, &made)
      if read.contains(position) {
        do { it = try taken(it, at: position, by: id, &made) } catch {
          throw .kernel(node: node.name, error)
        }
      }
      operands.append(it)
    }
    return operands
  }

  /// Whether a node's kernels take what stands like this, as a gradient or, at `position`, as an
  /// operand.
  func isTaken(_ it: Operand, at position: Int? = nil, by id: NodeID) -> Bool {
    (it.layout == .plain || layout.isKept[id.index])
      && it.type == typeTaken(it, at: position, by: id)
  }

  /// A tensor in the place of `it` that a node's kernels take.
  func standIn(for it: Operand, at position: Int? = nil, of id: NodeID) -> Operand {
    factory.temporary(
      it.shape, layout.isKept[id.index] ? it.layout : .plain,
      typeTaken(it, at: position, by: id))
  }

  /// `it` as a node's kernels take it: itself, or a copy.
  func taken(
    _ it: Operand, at position: Int? = nil, by id: NodeID, _ made: inout [Kernel]
  ) throws(KernelError) -> Operand {
    guard !isTaken(it, at: position, by: id) else { return it }
    let copy = standIn(for: it, at: position, of: id)
    made += try factory.reorder(it, into: copy)
    return copy
  }

  /// Views take anything; kernels in bfloat16 give gradients of what is kept exact in float32.
  private func typeTaken(_ it: Operand, at position: Int?, by id: NodeID) -> ElementType {
    guard it.type != .int32, !network[id].primitive.isView else { return it.type }
    if let position { return storage.type(ofOperand: position, of: id) }
    guard it.type == .bfloat16 else { return it.type }
    return storage.isHalf[id.index] ? .bfloat16 : .float32
  }

  /// target = part, or target + part, whatever layouts and types they have.
  func add(_ part: Operand, to target: GradientTarget) throws(KernelError) -> [Kernel] {
    let whole = target.operand
    if !target.accumulates { return try factory.reorder(part, into: whole) }
    guard part.layout != whole.layout || part.type != whole.type else {
      return try factory.combine(.sum, whole, part, into: whole)
    }
    let moved = factory.temporary(whole.shape, whole.layout, whole.type)
    return try factory.reorder(part, into: moved)
      + factory.combine(.sum, whole, moved, into: whole)
  }

  /// A value as `node` reads it: products in bfloat16 read a rounded copy of their weights.
  mutating func operand(
    _ value: ValueID, at position: Int, of id: NodeID, _ made: inout [Kernel]
  ) throws(PlanError) -> Operand {
    let (node, exact) = (network[id], operand(value))
    guard options.precision == .bfloat16, node.primitive.isProduct, isExact(value) else {
      return exact
    }
    let copy = RoundedCopy(value: value, type: storage.type(ofOperand: position, of: id))
    let known =
      rounded[copy]
      ?? Operand(
        tensor: factory.tensors.make(
          exact.shape, .temporary, isPersistent: true, type: copy.type),
        shape: exact.shape, type: copy.type)
    rounded[copy] = known
    guard refreshed.insert(copy).inserted else { return known }
    if copy.type == .bfloat16 {
      do { made += try factory.reorder(exact, into: known) } catch {
        throw .kernel(node: node.name, error)
      }
    } else {
      made.append(factory.round(exact, into: known.tensor))
    }
    return known
  }

  /// Whether a value, or what it is a view of, is in single precision and was not rounded.
  func isExact(_ value: ValueID) -> Bool {
    guard storage.types[value.index] == .float32 else { return false }
    var value = value
    while case .node(let id) = network[value].origin {
      guard network[id].primitive.isView else { return !isRounded(network[id]) }
      value = network[id].operands[0]
    }
    return true
  }

  /// Whether what `node` makes is rounded to bfloat16.
  func isRounded(_ node: Network.Node) -> Bool {
    options.precision == .bfloat16 && Self.isActivation(node, of: network)
  }

  /// Whether what `node` makes is an activation: all but the loss, and views of others.
  static func isActivation(_ node: Network.Node, of network: Network) -> Bool {
    !node.primitive.isView && !node.operands.isEmpty && network[node.result].shape.rank > 0
  }
}

/// A copy of a parameter or an input, rounded to bfloat16, as products read it.
struct RoundedCopy: Hashable {
  let value: ValueID
  /// How it is stored.
  let type: ElementType
}
