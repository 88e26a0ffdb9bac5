extension Plan {
  /// What the backward of a node reads; nil where it has none.
  public func needs(of node: NodeID) -> Saved? {
    let it = network[node]
    let wanted = it.operands.map { gradientTensors[$0.index] != nil }
    guard nodeHasGradient[node.index], wanted.contains(true) else { return nil }
    return it.primitive.saved(
      of: it.operands.map { network[$0].shape }, result: network[it.result].shape, wanted: wanted)
  }

  /// Bytes of what is there from step to step: parameters, optimizer state, constants.
  public var persistentBytes: Int {
    factory.tensors.tensors.enumerated().reduce(0) { sum, it in
      let isOwn = it.element.isPersistent && it.element.root.index == it.offset
      return isOwn ? sum + ArenaPacking.aligned(it.element.bytes) : sum
    }
  }
}

extension Plan {
  /// Bytes that a value takes in the arena.
  public func bytes(of value: ValueID) -> Int {
    ArenaPacking.aligned(network[value].shape.elementCount * types[value.index].byteCount)
  }

  /// Bytes that a node's forward makes for backward beside the result, whether that reads them or
  /// not.
  public func extraBytes(of node: NodeID) -> Int {
    let it = network[node]
    return it.primitive.saved(
      of: it.operands.map { network[$0].shape }, result: network[it.result].shape,
      wanted: it.operands.map { _ in true }
    ).extras.reduce(0) { $0 + ArenaPacking.aligned($1.elementCount * 4) }
  }
}
