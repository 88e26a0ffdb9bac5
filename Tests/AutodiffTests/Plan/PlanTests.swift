import Testing

@testable import Autodiff

@Suite struct PlanTests {
  @Test func runsForwardThenBackwardInReverseThenUpdates() throws {
    let plan = try TinyTraining().executor.plan
    func names(_ phase: PlanPhase) -> [String] {
      plan.rows.filter { $0.phase == phase }.map { plan.network[$0.node].name }
    }
    #expect(names(.forward) == ["a", "b", "loss"])
    #expect(names(.backward) == ["loss", "b", "a"])
    #expect(names(.optimizer) == ["a", "b"])
  }

  /// a's input is the batch; tanh keeps its result, which b keeps too; the loss keeps its operands.
  @Test func keepsWhatBackwardReadsAndNothingElse() throws {
    let plan = try TinyTraining().executor.plan
    let lines = plan.savedTensors.map { tensor in
      let maker = tensor.producer.map { plan.network[$0].name }
      let readers = tensor.neededBy.map { plan.network[$0].name }.joined(separator: ",")
      return "\(maker ?? (tensor.isFromBatch ? "batch" : "weights")) \(tensor.bytes) \(readers)"
    }.sorted()
    #expect(
      lines == ["b 72 loss", "batch 120 a", "batch 72 loss", "tanh 168 tanh,b", "weights 84 b"])
  }

  @Test func whatIsSavedIsFreed() throws {
    let plan = try TinyTraining().executor.plan
    let saved = plan.rows.filter { $0.phase == .forward }.map(\.savedBytes)
    let freed = plan.rows.filter { $0.phase == .backward }.map(\.freedBytes)
    // tanh runs in a's kernel.
    #expect(saved == [168, 0, 72])
    #expect(freed == [72, 0, 168])
  }

  @Test func theFullestMomentIsTheLowerBound() throws {
    let plan = try TinyTraining { $0.accumulate = 2 }.executor.plan
    let live = plan.rows.map { $0.liveBytes.reduce(0, +) }
    #expect(live.max() == plan.arenaLowerBound)
    #expect(plan.arenaBytes >= plan.arenaLowerBound)
  }

  @Test func countsParametersAndOptimizerStateAllTheTime() throws {
    let plan = try TinyTraining(rule: Adam()).executor.plan
    let bytes = [35, 7, 21].reduce(0) { $0 + ArenaPacking.aligned(4 * $1) }
    for row in plan.rows {
      #expect(row.liveBytes[MemoryCategory.parameter.rawValue] == bytes)
      #expect(row.liveBytes[MemoryCategory.optimizerState.rawValue] == 2 * bytes)
    }
  }

  /// After forward only what is saved is left, and the loss; nothing when the optimizer runs.
  @Test func activationsAreGoneWhenTheOptimizerRuns() throws {
    let plan = try TinyTraining().executor.plan
    let activations = plan.rows.map { $0.liveBytes[MemoryCategory.activation.rawValue] }
    let saved = plan.savedTensors.filter { $0.producer != nil }
      .reduce(0) { $0 + ArenaPacking.aligned($1.bytes) }
    #expect(activations[2] == saved + ArenaPacking.alignment)
    #expect(activations.suffix(2) == [0, 0])
  }
}
