extension Stages {
  /// A chain's schedule, node by node.
  ///
  /// What runs again runs only as far as somebody reads it: before its own backward a stage does not
  /// make its output again.
  public func order(_ plan: ChainPlan) -> [NetworkAction] {
    var actions: [NetworkAction] = []
    var hasRun = Array(repeating: false, count: nodes.count)
    // By stage: which of its savings is there.
    var held = Array(repeating: 0, count: nodes.count)
    for (position, action) in plan.schedule.enumerated() {
      switch action {
      case .forward(let stage), .forwardDroppingInput(let stage):
        let again = hasRun[stage - 1] ? outputs[stage - 1] : nil
        hasRun[stage - 1] = true
        actions += forward(
          again.map { Recomputation(network, nodes[stage - 1]).nodes(making: $0) }, stage)
      case .forwardSaving(let stage, let saving):
        held[stage - 1] = saving
        var again: [Int]?
        if hasRun[stage - 1] {
          let next = position + 1 < plan.schedule.count ? plan.schedule[position + 1] : nil
          let output = next == .backward(stage) ? nil : outputs[stage - 1]
          if let (block, choice) = option(stage, saving) {
            actions += block.forward(again: choice, withOutput: output != nil)
            continue
          }
          again = Recomputation(network, nodes[stage - 1]).nodes(output: output)
        }
        let isFirst = !hasRun[stage - 1]
        hasRun[stage - 1] = true
        actions += forward(again, stage)
        if isFirst, let offload = offloads[stage - 1], saving == offload.saving {
          actions += offload.nodes.map { .offload($0) }
        }
      case .backward(let stage):
        if let (block, choice) = option(stage, held[stage - 1]) {
          actions += block.backward(choice)
          continue
        }
        actions += nodes[stage - 1].reversed().map { .backward($0) }
      case .dropOutput, .dropSaved: break
      }
    }
    return actions
  }

  /// What a saving other than the first keeps of a stage.
  private func option(
    _ stage: Int, _ saving: Int
  ) -> (block: BlockOptions, choice: BlockOptions.Choice)? {
    guard saving > 0, let it = options[stage - 1], saving <= it.choices.count else { return nil }
    return (it.block, it.choices[saving - 1])
  }

  private func forward(_ again: [Int]?, _ stage: Int) -> [NetworkAction] {
    (again ?? Array(nodes[stage - 1])).map { .forward($0) }
  }
}

extension NetworkCosts {
  /// Everything is kept, but what lies in `groups` is made again, group by group, before the backward
  /// of its last node: what `torch.utils.checkpoint` does to modules.
  public func order(recomputing groups: [Range<Int>]) -> [NetworkAction] {
    let starts = Dictionary(
      groups.compactMap { group in group.last.map { ($0, group) } },
      uniquingKeysWith: { $0.count > $1.count ? $0 : $1 })
    var actions: [NetworkAction] = nodes.indices.map { .forward($0) }
    for index in nodes.indices.reversed() {
      if let group = starts[index] {
        actions += Recomputation(self, group).nodes(output: nil).map { .forward($0) }
      }
      actions.append(.backward(index))
    }
    return actions
  }

  /// The time of a step in this order, in nanoseconds.
  public func time(of order: [NetworkAction]) -> Double {
    order.reduce(fixedTime) {
      switch $1 {
      case .forward(let node): $0 + nodes[node].forwardTime
      case .backward(let node): $0 + nodes[node].backwardTime
      case .offload(let node): $0 + transferTime(node)
      }
    }
  }
}
