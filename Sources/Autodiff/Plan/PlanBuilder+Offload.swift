/// Saved tensors that leave memory between forward and backward.
extension PlanBuilder {
  /// What goes out when, of what `options` would have go out.
  ///
  /// What is made again by recomputing stays: it is gone anyway.
  func offloadSchedule(_ options: OffloadOptions) -> OffloadSchedule {
    let actions = order.actions
    guard
      let turn = actions.firstIndex(where: { if case .backward = $0 { true } else { false } })
    else { return OffloadSchedule() }
    var runs = network.nodes.map { _ in 0 }
    for case .forward(let node) in actions { runs[node.index] += 1 }
    let bases = network.values.indices.map { base(of: ValueID(index: $0)) }
    var isMadeAgain = network.values.map { _ in false }
    for (index, node) in network.nodes.enumerated() where runs[index] > 1 {
      isMadeAgain[bases[node.result.index]] = true
    }
    var (lastUse, need) = (network.values.map { _ in 0 }, network.values.map { _ in Int.max })
    for (time, action) in actions.enumerated() {
      switch action {
      case .forward(let id):
        for value in network[id].operands + [network[id].result] {
          let base = bases[value.index]
          if time < turn { lastUse[base] = time } else { need[base] = min(need[base], time) }
        }
      case .backward(let id):
        for value in saved(by: id) {
          let base = bases[value.index]
          need[base] = min(need[base], time)
        }
      }
    }
    var transfers: [OffloadSchedule.Transfer] = []
    func add(_ it: OffloadSchedule.Transfer) {
      let isIdle = it.need != .max && it.need > it.lastUse + 1
      if isIdle, it.bytes >= OffloadOptions.minimumBytes { transfers.append(it) }
    }
    let bytes = Set(options.nodes.map { bases[network[$0].result.index] })
    for value in bytes.sorted() where !isMadeAgain[value] {
      let it = network.values[value]
      guard case .node(let id) = it.origin else { continue }
      add(
        OffloadSchedule.Transfer(
          node: id, tensor: .result,
          bytes: storage.types[value].byteCount * it.shape.elementCount, lastUse: lastUse[value],
          need: need[value]))
    }
    for id in options.nodes.sorted(by: { $0.index < $1.index }) where runs[id.index] == 1 {
      let node = network[id]
      guard neededForBackward(node) else { continue }
      let forward = actions.firstIndex(of: .forward(id)) ?? 0
      let backward = actions.firstIndex(of: .backward(id)) ?? .max
      let form = savedForm(node, wanted: differentiation.wanted(by: node))
      for (position, shape) in form.extras.enumerated() {
        add(
          OffloadSchedule.Transfer(
            node: id, tensor: .extra(position), bytes: 4 * shape.elementCount, lastUse: forward,
            need: backward))
      }
    }
    return OffloadSchedule(
      transfers, actions: actions.count, turn: turn, budget: options.budget)
  }

  private func saved(by id: NodeID) -> [ValueID] {
    let node = network[id]
    guard neededForBackward(node) else { return [] }
    let form = savedForm(node, wanted: differentiation.wanted(by: node))
    return form.operands.map { node.operands[$0] } + (form.result ? [node.result] : [])
  }

  /// The value whose bytes a value's are.
  private func base(of value: ValueID) -> Int {
    var value = value
    while case .node(let id) = network[value].origin, sharesBytes(id) {
      value = network[id].operands[0]
    }
    return value.index
  }

  /// The kernel of an event, and where the tensor stands from then on.
  mutating func emitOffload(_ event: OffloadSchedule.Event, kept: inout [[Operand]]) {
    switch event {
    case .startOut(let index):
      let it = offload.transfers[index]
      let tensor = standing(it, kept)
      leaving[index] = tensor
      emit(
        [factory.startWriting(index, tensor, bytes: it.bytes, at: it.offset)], node: it.node,
        phase: .offloadOut, tensor: tensor)
    case .finishOut(let index):
      guard let tensor = leaving.removeValue(forKey: index) else { return }
      let it = offload.transfers[index]
      emit(
        [factory.finish(index, tensor)], node: it.node, phase: .offloadOut, tensor: tensor,
        freed: it.bytes)
    case .startIn(let index):
      let it = offload.transfers[index]
      switch it.tensor {
      case .result: renew(network[it.node].result)
      case .extra(let position):
        kept[it.node.index][position].tensor = factory.tensors.make(
          kept[it.node.index][position].shape, .activation)
      }
      let tensor = standing(it, kept)
      emit(
        [factory.startReading(index, tensor, bytes: it.bytes, at: it.offset)], node: it.node,
        phase: .offloadIn, tensor: tensor, saved: it.bytes)
    case .finishIn(let index):
      let it = offload.transfers[index]
      let tensor = standing(it, kept)
      emit([factory.finish(index, tensor)], node: it.node, phase: .offloadIn, tensor: tensor)
    }
  }

  private mutating func standing(
    _ transfer: OffloadSchedule.Transfer, _ kept: [[Operand]]
  ) -> TensorID {
    switch transfer.tensor {
    case .result: tensor(of: network[transfer.node].result)
    case .extra(let position): kept[transfer.node.index][position].tensor
    }
  }
}
