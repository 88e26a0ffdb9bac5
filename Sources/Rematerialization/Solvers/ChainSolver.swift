/// How a chain is planned.
public enum ChainSolver: String, CaseIterable, Sendable {
  /// The weakly persistent table: what gradtop ships.
  case weak
  /// rotor's table: what is kept stays until its backward.
  case persistent
  /// The best of all schedules, for short chains.
  case exact
  /// Equal segments, each recomputed as a whole (Chen et al., arXiv:1604.06174).
  case sqrt
  /// Which stages to keep, chosen for saved bytes, as PyTorch's `activation_memory_budget` does.
  case knapsack
}

/// Plans a chain within a memory budget, and for all budgets at once.
public struct ChainPlanner: Sendable {
  /// What the chain costs.
  public let costs: ChainCosts
  /// How.
  public let solver: ChainSolver
  /// Below this nothing fits.
  public let smallest: SmallestBudget
  /// Everything kept.
  public let storeAll: ChainPlan

  /// Bytes that the tables of one planning may take.
  static let tableBytes = 128 << 20

  /// - Throws: `PlanningError.tooLong` where `solver` cannot plan a chain of this length.
  public init(_ costs: ChainCosts, solver: ChainSolver = .weak) throws(PlanningError) {
    self.costs = costs
    self.solver = solver
    smallest = SmallestBudget(costs)
    if solver == .exact, costs.count > ExactChain.stageLimit {
      throw .tooLong(stages: costs.count, limit: ExactChain.stageLimit)
    }
    storeAll = try Self.replayed(ChainPlan.storingAll(costs), costs)
  }

  /// The fastest plan whose peak is at most `budget` bytes.
  ///
  /// - Throws: `PlanningError.budget` where none is.
  public func plan(budget: Int) throws(PlanningError) -> ChainPlan {
    guard budget >= smallest.bytes else {
      throw .budget(BudgetError(budget: budget, smallest: smallest))
    }
    if budget >= storeAll.peak, solver != .exact { return storeAll }
    var best: ChainPlan?
    for plan in try candidates(budget: budget) where plan.peak <= budget {
      if best.map({ ($0.makespan, $0.peak) > (plan.makespan, plan.peak) }) ?? true { best = plan }
    }
    guard let best else { throw .unmet(budget: budget) }
    return best
  }

  /// The plans that nothing is both smaller and faster than, from the smallest to the fastest.
  public func frontier() throws(PlanningError) -> [ChainPlan] {
    Self.pareto(try allCandidates())
  }

  private func candidates(budget: Int) throws(PlanningError) -> [ChainPlan] {
    switch solver {
    case .weak, .persistent: return try refined(budget: budget)
    case .exact:
      guard let found = ExactChain(costs).search(budget: budget) else { return [] }
      return [try Self.replayed(found, costs)]
    case .sqrt, .knapsack: return try allCandidates()
    }
  }

  private func allCandidates() throws(PlanningError) -> [ChainPlan] {
    switch solver {
    case .weak, .persistent: return try tabled()
    case .exact: return try searched()
    case .sqrt:
      return try Segments.all(costs).map { (it) throws(PlanningError) in
        try Self.replayed(it, costs)
      }
    case .knapsack:
      return try Knapsack(costs).all().map { (it) throws(PlanningError) in
        try Self.replayed(it, costs)
      }
    }
  }

  static func replayed(
    _ schedule: [ChainAction], _ costs: ChainCosts
  ) throws(PlanningError) -> ChainPlan {
    do { return try ChainPlan(schedule, for: costs) } catch { throw .invalid(error) }
  }

  /// Those than which no other is both smaller and faster.
  public static func pareto(_ plans: [ChainPlan]) -> [ChainPlan] {
    var result: [ChainPlan] = []
    for plan in plans.sorted(by: { ($0.peak, $0.makespan) < ($1.peak, $1.makespan) })
    where plan.makespan < result.last?.makespan ?? .infinity {
      result.append(plan)
    }
    return result
  }
}

/// Why there is no plan.
public enum PlanningError: Error, Equatable {
  /// The budget is below the smallest one.
  case budget(BudgetError)
  /// This solver finds nothing that fits, although something would.
  case unmet(budget: Int)
  /// Too many stages for an exhaustive search.
  case tooLong(stages: Int, limit: Int)
  /// Costs that cannot be used.
  case costs(CostError)
  /// A solver made a schedule that cannot be run: a mistake in gradtop.
  case invalid(ScheduleError)
}
