import SeededNumbers
import Testing

@testable import Rematerialization

/// Laws that hold on every chain, tried on random ones; a failure names the seed.
@Suite struct RandomChainTests {
  static func chain(
    seed: UInt64, stages: ClosedRange<Int>, largest: Int, lasting: Bool = false,
    savings: Int = 1
  ) throws -> ChainCosts {
    var random = SeededGenerator(seed: seed)
    func size() -> Int { Int.random(in: 0...largest, using: &random) }
    func time() -> Double { Double(Int.random(in: 0...9, using: &random)) }
    let input = size()
    return try ChainCosts(
      input: input, inputGradient: size(),
      stages: (0..<Int.random(in: stages, using: &random)).map { _ in
        let output = size()
        let left = lasting ? size() / 3 : 0
        var saved = output + size() * 2
        var (forward, backward) = (time(), time())
        let plain = forward
        return ChainStage(
          output: output, gradient: size(), forwardTime: plain, forwardWorkspace: size() / 4,
          savings: (0..<savings).map { _ in
            defer {
              saved = output + (saved - output) / 2
              (forward, backward) = (forward + time() / 3, backward + time())
            }
            return Saving(
              saved: saved, forwardTime: forward, backwardTime: backward,
              forwardWorkspace: size() / 4, backwardWorkspace: size() / 4, lasting: left)
          })
      })
  }

  @Test(arguments: 1...24) func noTableBeatsTheExhaustiveSearch(seed: UInt64) throws {
    let costs = try Self.chain(
      seed: seed, stages: 1...4, largest: 7, lasting: seed.isMultiple(of: 2),
      savings: seed.isMultiple(of: 3) ? 2 : 1)
    let exact = try ChainPlanner(costs, solver: .exact)
    let weak = try ChainPlanner(costs)
    let persistent = try ChainPlanner(costs, solver: .persistent)
    #expect(try exact.frontier().first?.peak == exact.smallest.bytes, "seed \(seed)")
    for budget in exact.smallest.bytes...max(exact.smallest.bytes, exact.storeAll.peak) {
      let best = try exact.plan(budget: budget)
      let shipped = try weak.plan(budget: budget)
      let rotor = try persistent.plan(budget: budget)
      #expect(shipped.peak <= budget && best.peak <= budget, "seed \(seed), budget \(budget)")
      #expect(best.makespan <= shipped.makespan, "seed \(seed), budget \(budget)")
      #expect(shipped.makespan <= rotor.makespan, "seed \(seed), budget \(budget)")
    }
  }

  @Test(arguments: 1...12) func baselinesAreNeverFasterAtTheSamePeak(seed: UInt64) throws {
    let costs = try Self.chain(seed: seed, stages: 6...16, largest: 20)
    let frontier = try ChainPlanner(costs).frontier()
    for solver in [ChainSolver.sqrt, .knapsack, .persistent] {
      for plan in try ChainPlanner(costs, solver: solver).frontier() {
        let ours = frontier.last { $0.peak <= plan.peak }
        #expect((ours?.makespan ?? .infinity) <= plan.makespan, "seed \(seed), \(solver)")
      }
    }
    for snapshots in 1...4 {
      let plan = try ChainPlan(Revolve.schedule(costs, snapshots: snapshots), for: costs)
      let ours = frontier.last { $0.peak <= plan.peak }
      #expect((ours?.makespan ?? .infinity) <= plan.makespan, "seed \(seed), revolve")
    }
  }

  /// Where slots round, plans still fit, and lose little to those of exact bytes.
  @Test(arguments: 1...3) func roundingToSlotsCostsLittle(seed: UInt64) throws {
    let small = try Self.chain(seed: seed, stages: 10...10, largest: 30)
    let large = try Self.scaled(small, by: 9973, seed: seed)
    let planner = try ChainPlanner(large)
    let reference = try ChainPlanner(small)
    for percent in [5, 20, 40, 60, 80] {
      let range = planner.storeAll.peak - planner.smallest.bytes
      let budget = planner.smallest.bytes + range * percent / 100
      let plan = try planner.plan(budget: budget)
      #expect(plan.peak <= budget, "seed \(seed), \(percent) %")
      let exact = try? reference.plan(budget: budget / 9973)
      if let exact {
        #expect(plan.makespan <= exact.makespan * 1.02, "seed \(seed), \(percent) %")
      }
    }
  }

  /// The same chain in other units, with up to a thousandth of a unit added so that none divides.
  private static func scaled(
    _ costs: ChainCosts, by factor: Int, seed: UInt64
  ) throws -> ChainCosts {
    var random = SeededGenerator(seed: seed)
    func scale(_ bytes: Int) -> Int {
      bytes == 0 ? 0 : bytes * factor - Int.random(in: 0...9, using: &random)
    }
    return try ChainCosts(
      input: scale(costs.input), inputGradient: scale(costs.inputGradient),
      stages: costs.stages.map { stage in
        var result = stage
        result.output = scale(stage.output)
        result.gradient = scale(stage.gradient)
        result.forwardWorkspace = scale(stage.forwardWorkspace)
        result.savings = stage.savings.map {
          Saving(
            saved: scale($0.saved), forwardTime: $0.forwardTime, backwardTime: $0.backwardTime,
            forwardWorkspace: scale($0.forwardWorkspace),
            backwardWorkspace: scale($0.backwardWorkspace))
        }
        return result
      })
  }
}
