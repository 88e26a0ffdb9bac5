/// What forward keeps for backward.
extension PlanBuilder {
  mutating func noteSaved(extras: [[Operand]]) {
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

  func entry(_ value: ValueID) -> SavedTensors.Entry {
    let it = network[value]
    var producer: NodeID?
    if case .node(let id) = it.origin { producer = id }
    return SavedTensors.Entry(
      tensor: factory.tensors.root(of: valueTensors[value.index]),
      bytes: it.shape.elementCount * storage.types[value.index].byteCount, producer: producer,
      isFromBatch: it.origin == .input || it.origin == .target)
  }
}
