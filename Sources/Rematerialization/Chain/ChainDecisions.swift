/// What a plan does with what one stage makes.
public struct StageDecision: Equatable, Sendable {
  /// In a word.
  public enum Kind: String, Sendable {
    /// Everything that backward needs is there when backward begins.
    case kept
    /// Part of it is made again.
    case recomputed
    /// Part of it waits in a file.
    case offloaded
  }

  /// The stage, counted from 1.
  public var stage: Int
  /// What is done.
  public var kind: Kind
  /// How often it runs forward.
  public var forwards: Int
  /// Bytes that it does not hold when backward begins, of those it holds with everything kept.
  public var freed: Int
  /// Time that this costs.
  public var paid: Double
}

extension ChainPlan {
  /// What the plan does with each stage.
  public func decisions(for costs: ChainCosts) -> [StageDecision] {
    var result = costs.stages.indices.map { index in
      StageDecision(stage: index + 1, kind: .kept, forwards: 0, freed: 0, paid: 0)
    }
    var outputs = Array(repeating: false, count: costs.count)
    var saved: [Int?] = Array(repeating: nil, count: costs.count)
    var hasTurned = false
    for action in schedule {
      switch action {
      case .forward(let stage), .forwardDroppingInput(let stage):
        result[stage - 1].forwards += 1
        result[stage - 1].paid += costs[stage].forwardTime
        outputs[stage - 1] = true
        if case .forwardDroppingInput = action, stage > 1 { outputs[stage - 2] = false }
      case .forwardSaving(let stage, let saving):
        result[stage - 1].forwards += 1
        result[stage - 1].paid += costs[stage].savings[saving].forwardTime
        saved[stage - 1] = saving
      case .dropOutput(let stage): outputs[stage - 1] = false
      case .dropSaved(let stage): saved[stage - 1] = nil
      case .backward(let stage):
        if !hasTurned { note(outputs, saved, costs, into: &result) }
        hasTurned = true
        let saving = saved[stage - 1] ?? 0
        result[stage - 1].paid +=
          costs[stage].savings[saving].backwardTime - costs[stage].savings[0].backwardTime
          - costs[stage].savings[0].forwardTime
      }
    }
    return result
  }

  private func note(
    _ outputs: [Bool], _ saved: [Int?], _ costs: ChainCosts, into result: inout [StageDecision]
  ) {
    for (index, stage) in costs.stages.enumerated() {
      let all = stage.savings[0].saved
      let held: Int
      if let saving = saved[index] {
        let it = stage.savings[saving]
        held = it.held
        result[index].kind = it.held < it.saved ? .offloaded : saving == 0 ? .kept : .recomputed
      } else {
        held = outputs[index] ? stage.output : 0
        result[index].kind = .recomputed
      }
      result[index].freed = all - held
    }
  }
}
