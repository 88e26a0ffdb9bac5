import Testing

@testable import Rematerialization

/// Costs that no solver can work with are errors, never traps.
@Suite struct CostErrorTests {
  private func costs(
    a: [Int] = [1, 2, 3], abar: [Int] = [4, 5], delta: [Int] = [0, 2, 1], uf: [Double] = [1, 2],
    ub: [Double] = [2, 3], of: [Int] = [0, 0], ob: [Int] = [0, 0]
  ) throws -> ChainCosts {
    try ChainCosts(a: a, abar: abar, delta: delta, uf: uf, ub: ub, of: of, ob: ob)
  }

  @Test func aNegativeSize() {
    let error = #expect(throws: CostError.self) { try costs(abar: [4, -5]) }
    #expect(error?.place == "abar[1]")
    #expect(error?.reason == "a size is not negative, found -5")
  }

  @Test func aTimeThatIsNoNumber() {
    let error = #expect(throws: CostError.self) { try costs(uf: [.nan, 1]) }
    #expect(error?.place == "uf[0]")
  }

  @Test func aTimeWithoutEnd() {
    #expect(throws: CostError.self) { try costs(ub: [1, .infinity]) }
    #expect(throws: CostError.self) { try costs(ub: [1e308, 1.7e308]) }
  }

  @Test func sizesThatOverflow() {
    let error = #expect(throws: CostError.self) { try costs(a: [1, .max, .max]) }
    #expect(error?.reason == "the sizes together are too large to be counted")
  }

  @Test func noStage() {
    let error = #expect(throws: CostError.self) {
      try costs(a: [1], abar: [], delta: [0], uf: [], ub: [], of: [], ob: [])
    }
    #expect(error?.reason == "a chain has at least one stage")
  }

  @Test func listsOfDifferentLengths() {
    let error = #expect(throws: CostError.self) { try costs(a: [1, 2]) }
    #expect(error?.place == "a")
    #expect(error?.reason == "2 stages need 3 numbers, found 2")
  }

  @Test func tooManyStages() {
    let n = ChainCosts.stageLimit + 1
    #expect(throws: CostError.self) {
      try costs(
        a: Array(repeating: 1, count: n + 1), abar: Array(repeating: 1, count: n),
        delta: Array(repeating: 1, count: n + 1), uf: Array(repeating: 1, count: n),
        ub: Array(repeating: 1, count: n), of: Array(repeating: 0, count: n),
        ob: Array(repeating: 0, count: n))
    }
  }

  @Test func anExactSearchOfALongChain() throws {
    let long = try RandomChainTests.chain(seed: 1, stages: 20...20, largest: 9)
    #expect(throws: PlanningError.tooLong(stages: 20, limit: 12)) {
      try ChainPlanner(long, solver: .exact)
    }
  }

  @Test func aGraphThatReadsWhatIsNotThere() {
    let error = #expect(throws: CostError.self) {
      try ComputationGraph(
        ops: [.init(time: 1, reads: [1], writes: [0], isBackward: false)], tensors: [1, 1])
    }
    #expect(error?.reason == "reads tensor 1, which no op before it makes")
  }

  @Test func aScheduleThatCannotBeRun() throws {
    let chain = try costs()
    #expect(
      throws: ScheduleError(index: 0, action: .backward(2), reason: .missingSaved)
    ) { try ChainPlan([.backward(2)], for: chain) }
    #expect(
      throws: ScheduleError(index: 0, action: .forward(2), reason: .missingInput)
    ) { try ChainPlan([.forward(2)], for: chain) }
    #expect(throws: ScheduleError(index: 1, action: nil, reason: .unfinished)) {
      try ChainPlan([.forward(1)], for: chain)
    }
  }
}
