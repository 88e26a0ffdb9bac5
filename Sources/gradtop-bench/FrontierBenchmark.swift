import Autodiff
import Glibc
import Rematerialization

/// How long a chain's whole frontier takes on one core, and what it gains over other ways of
/// choosing at the same true peak.
enum FrontierBenchmark {
  static func run() throws {
    print("memory against recompute: the whole frontier of a random chain, one core")
    for (count, limit) in [(48, 0.5), (96, 2.0), (339, 20.0)] {
      let costs = try chain(count)
      let start = clock()
      let frontier = try ChainPlanner(costs).frontier()
      let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      report("\(count) stages", "\(fixed(seconds, 2)) s (asked: < \(fixed(limit, 1)) s)")
      guard count < 339 else { continue }
      for solver in [ChainSolver.persistent, .sqrt, .knapsack] {
        let gain = try mean(of: ChainPlanner(costs, solver: solver).frontier(), over: frontier)
        report("  \(solver.rawValue) takes longer", "by \(fixed(100 * (gain - 1), 1)) % on average")
      }
    }
  }

  /// The mean of another's time over ours, at each of its peaks.
  private static func mean(of others: [ChainPlan], over frontier: [ChainPlan]) -> Double {
    let ratios = others.compactMap { other in
      frontier.last { $0.peak <= other.peak }.map { other.makespan / $0.makespan }
    }
    return ratios.reduce(0, +) / Double(max(1, ratios.count))
  }

  /// A chain whose sizes no slot divides.
  private static func chain(_ count: Int) throws -> ChainCosts {
    var stream = RandomStream(seed: 1, name: "chain")
    return try ChainCosts(
      input: 1_234_567, inputGradient: 0,
      stages: (0..<count).map { _ in
        let output = 100_003 + Int(3_900_000 * stream.unit())
        let time = 1 + 8 * Double(stream.unit())
        return ChainStage(
          output: output, gradient: output, forwardTime: time, forwardWorkspace: output / 3,
          savings: [
            Saving(
              saved: 3 * output, forwardTime: time, backwardTime: 2 * time,
              forwardWorkspace: output / 4, backwardWorkspace: output / 5)
          ])
      })
  }
}
