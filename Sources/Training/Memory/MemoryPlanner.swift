public import Autodiff
public import Rematerialization

/// A plan for a budget, with what it is expected to cost.
public struct MemoryPlan {
  /// What runs in which order.
  public var order: StepOrder
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
  private let smallest: SmallestBudget
  private let pack: (StepOrder) throws(PlanError) -> Int

  /// - Parameter pack: The bytes of the arena of an order.
  public init(
    _ network: NetworkCosts, solver: ChainSolver = .weak,
    pack: @escaping (StepOrder) throws(PlanError) -> Int
  ) throws(PlanningError) {
    self.network = network
    do { stages = try Stages(network) } catch { throw .costs(error) }
    let planner = try ChainPlanner(stages.costs, solver: solver)
    frontier = try planner.frontier()
    smallest = planner.smallest
    self.pack = pack
  }

  /// The fastest plan whose packed arena has at most `budget` bytes.
  public func plan(budget: Int) throws(MemoryPlannerError) -> MemoryPlan {
    // The frontier goes from the smallest to the fastest; peaks after packing nearly so.
    var (low, high): (Int, Int) = (0, frontier.count - 1)
    var best: MemoryPlan?
    var least = Int.max
    var seen: [Int: MemoryPlan] = [:]
    func packed(_ index: Int) throws(MemoryPlannerError) -> MemoryPlan {
      if let known = seen[index] { return known }
      let actions = stages.order(frontier[index])
      let order = StepOrder(actions)
      let plan: MemoryPlan
      do throws(PlanError) {
        plan = MemoryPlan(
          order: order, peak: try pack(order), time: network.time(of: actions))
      } catch { throw .plan(error) }
      seen[index] = plan
      least = min(least, plan.peak)
      if plan.peak <= budget, best.map({ plan.time < $0.time }) ?? true { best = plan }
      return plan
    }
    while low <= high {
      let middle = (low + high) / 2
      if try packed(middle).peak <= budget { low = middle + 1 } else { high = middle - 1 }
    }
    // Packing is not quite monotone: look a little further up.
    for index in low..<min(frontier.count, low + 3) { _ = try packed(index) }
    if best == nil {
      for index in 0..<min(frontier.count, 6) { _ = try packed(index) }
    }
    guard let best else {
      throw .budget(
        MemoryBudgetError(
          budget: budget, smallest: least, stage: stages.name(smallest.stage)))
    }
    return best
  }

  /// All plans of the frontier with their packed arenas, from the smallest to the fastest; at most
  /// `limit`, evenly spread.
  public func packedFrontier(limit: Int = 24) throws(MemoryPlannerError) -> [MemoryPlan] {
    let count = min(limit, frontier.count)
    var plans: [MemoryPlan] = []
    for position in 0..<count {
      let index = count > 1 ? position * (frontier.count - 1) / (count - 1) : 0
      let actions = stages.order(frontier[index])
      do throws(PlanError) {
        let order = StepOrder(actions)
        plans.append(
          MemoryPlan(order: order, peak: try pack(order), time: network.time(of: actions)))
      } catch { throw .plan(error) }
    }
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
  case plan(PlanError)
}
