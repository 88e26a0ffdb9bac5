public import Rematerialization

/// A plan for a budget, with what it is expected to cost.
public struct MemoryPlan {
  /// What runs in which order.
  public var order: [NetworkAction]
  /// Bytes of the whole arena, as packed.
  public var peak: Int
  /// Nanoseconds of a step.
  public var time: Double
}

/// Why a budget cannot be met.
public struct MemoryBudgetError: Error, Equatable {
  /// Bytes that were asked for.
  public var budget: Int
  /// Bytes of the smallest arena that any plan has.
  public var smallest: Int
  /// The stage that sets it.
  public var stage: String
}

/// Plans a network's step within a budget, which is the extent of the whole arena after packing.
///
/// The chain's frontier proposes, the packer disposes: of the schedules from the fastest to the
/// smallest, the first whose packed arena fits is taken, so that what is predicted is what happens.
public struct MemoryPlanner {
  /// What nodes cost.
  public let network: NetworkCosts
  /// The network as a chain.
  public let stages: Stages
  private let frontier: [ChainPlan]
  /// What the smallest chain plan needs.
  public let smallest: SmallestBudget
  private let pack: (([NetworkAction]) throws(TrainingError) -> Int)?
  /// Where something may leave memory: the planner that keeps all there.
  ///
  /// What is on its way takes bytes that the chain does not know of, so that either may have the better
  /// plan.
  private var keeping: [MemoryPlanner] = []

  /// - Parameter pack: The bytes of the arena of an order; nil: the chain's peak is all that is known.
  public init(
    _ network: NetworkCosts, solver: ChainSolver = .weak,
    pack: (([NetworkAction]) throws(TrainingError) -> Int)?
  ) throws(PlanningError) {
    self.network = network
    do { stages = try Stages(network) } catch { throw .costs(error) }
    let planner = try ChainPlanner(stages.costs, solver: solver)
    frontier = try planner.frontier()
    smallest = planner.smallest
    self.pack = pack
    if network.transfer != nil {
      var kept = network
      kept.transfer = nil
      keeping = [try MemoryPlanner(kept, solver: solver, pack: pack)]
    }
  }

  private func packed(_ plan: ChainPlan) throws(MemoryPlannerError) -> MemoryPlan {
    let order = stages.order(plan)
    let peak: Int
    do { peak = try pack?(order) ?? network.fixed + plan.peak } catch { throw .training(error) }
    return MemoryPlan(order: order, peak: peak, time: network.time(of: order))
  }

  /// The fastest plan whose packed arena has at most `budget` bytes.
  public func plan(budget: Int) throws(MemoryPlannerError) -> MemoryPlan {
    guard let keeping = keeping.first else { return try search(budget: budget) }
    let kept = Result { () throws(MemoryPlannerError) in try keeping.plan(budget: budget) }
    let sent = Result { () throws(MemoryPlannerError) in try search(budget: budget) }
    switch (kept, sent) {
    case (.success(let a), .success(let b)): return (a.time, a.peak) < (b.time, b.peak) ? a : b
    case (.failure, .success(let only)): return only
    case (.success, .failure), (.failure, .failure): return try kept.get()
    }
  }

  private func unmet(_ budget: Int, _ bytes: Int) -> MemoryBudgetError {
    MemoryBudgetError(budget: budget, smallest: bytes, stage: stages.name(smallest.stage))
  }

  private func search(budget: Int) throws(MemoryPlannerError) -> MemoryPlan {
    var seen: [Int: MemoryPlan] = [:]
    func look(_ index: Int) throws(MemoryPlannerError) -> MemoryPlan {
      if let known = seen[index] { return known }
      let plan = try packed(frontier[index])
      seen[index] = plan
      return plan
    }
    // The frontier goes from the smallest to the fastest; peaks after packing nearly so.
    var (low, high): (Int, Int) = (0, frontier.count - 1)
    while low <= high {
      let middle = (low + high) / 2
      if try look(middle).peak <= budget { low = middle + 1 } else { high = middle - 1 }
    }
    for index in low..<min(frontier.count, low + 3) { _ = try look(index) }
    func best() -> MemoryPlan? {
      seen.values.filter { $0.peak <= budget }.min { ($0.time, $0.peak) < ($1.time, $1.peak) }
    }
    if best() == nil { for index in 0..<min(frontier.count, 6) { _ = try look(index) } }
    guard let best = best() else {
      throw .budget(unmet(budget, seen.values.map(\.peak).min() ?? 0))
    }
    return best
  }

  /// The plans of the frontier with their packed arenas, from the smallest to the fastest; at most
  /// `limit`, evenly spread.
  public func packedFrontier(limit: Int = 24) throws(MemoryPlannerError) -> [MemoryPlan] {
    let plans = try packed(frontier, limit: limit)
    guard let other = keeping.first else { return plans }
    return Self.pareto(plans + (try other.packedFrontier(limit: limit)))
  }

  /// The plans of binomial checkpointing, which takes all stages for equal.
  public func packedRevolve(limit: Int = 12) throws(MemoryPlannerError) -> [MemoryPlan] {
    try packed(Revolve.plans(stages.costs), limit: limit)
  }

  /// Everything kept.
  public func storeAll() throws(MemoryPlannerError) -> MemoryPlan {
    let order = network.order(recomputing: [])
    let peak: Int
    do { peak = try pack?(order) ?? network.fixed + (frontier.last?.peak ?? 0) } catch {
      throw .training(error)
    }
    return MemoryPlan(order: order, peak: peak, time: network.time(of: order))
  }

  private func packed(
    _ chains: [ChainPlan], limit: Int
  ) throws(MemoryPlannerError) -> [MemoryPlan] {
    let count = min(limit, chains.count)
    var plans: [MemoryPlan] = []
    for position in 0..<count {
      let index = count > 1 ? position * (chains.count - 1) / (count - 1) : 0
      plans.append(try packed(chains[index]))
    }
    return Self.pareto(plans)
  }

  /// Those than which none is both smaller and faster, from the smallest to the fastest.
  private static func pareto(_ plans: [MemoryPlan]) -> [MemoryPlan] {
    var result: [MemoryPlan] = []
    for plan in plans.sorted(by: { ($0.peak, $0.time) < ($1.peak, $1.time) })
    where plan.time < result.last?.time ?? .infinity {
      result.append(plan)
    }
    return result
  }
}

/// Why there is no plan for a budget.
public enum MemoryPlannerError: Error {
  /// The budget is too small.
  case budget(MemoryBudgetError)
  /// A plan cannot be compiled.
  case training(TrainingError)
}
