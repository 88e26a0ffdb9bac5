extension ChainPlanner {
  /// The most slots that a table for this chain may have: bounded by memory and by work.
  private var slotLimit: Int {
    let n = costs.count
    return max(
      32, min(Self.tableBytes / (8 * n * (n + 1)), max(96_000 / n, 4_000_000 / (n * n))))
  }

  private func table(unit: Int, slots: Int) -> ChainTable {
    ChainTable(costs, unit: unit, slots: slots, isWeak: solver == .weak)
  }

  /// One table holds the whole frontier.
  func tabled() throws(PlanningError) -> [ChainPlan] {
    let range = storeAll.peak - costs.input
    var unit = greatestCommonSize
    if range / unit >= slotLimit { unit = range / slotLimit + 1 }
    let slots = (range + unit - 1) / unit
    let table = table(unit: unit, slots: slots)
    var plans = [storeAll, try Self.replayed(ChainPlan.recomputingAll(costs), costs)]
    var last = Double.infinity
    for m in 0...slots where table.makespan(m) < last {
      last = table.makespan(m)
      if let schedule = table.schedule(m) { plans.append(try Self.replayed(schedule, costs)) }
    }
    return plans
  }

  /// Plans near `budget`: slots of the width that divides it best, and some beyond it, since what
  /// was rounded up may fit in exact bytes.
  func refined(budget: Int) throws(PlanningError) -> [ChainPlan] {
    let range = budget - costs.input
    let exact = greatestCommonSize
    let isExact = range / exact <= slotLimit
    let unit = isExact ? exact : range / (slotLimit * 2 / 3) + 1
    let fits = range / unit
    let slots = isExact ? fits : fits * 3 / 2
    let table = table(unit: unit, slots: slots)
    var plans = [try Self.replayed(ChainPlan.recomputingAll(costs), costs)]
    var last = Double.infinity
    for m in fits...slots where table.makespan(m) < last {
      last = table.makespan(m)
      if let schedule = table.schedule(m) { plans.append(try Self.replayed(schedule, costs)) }
    }
    return plans
  }

  /// The largest size that divides all sizes: slots of this width round nothing.
  private var greatestCommonSize: Int {
    var result = 0
    func include(_ bytes: Int) {
      var (a, b) = (result, bytes)
      while b != 0 { (a, b) = (b, a % b) }
      result = a
    }
    include(costs.inputGradient)
    for stage in costs.stages {
      include(stage.output)
      include(stage.gradient)
      include(stage.forwardWorkspace)
      for saving in stage.savings {
        include(saving.saved)
        include(saving.held)
        include(saving.forwardWorkspace)
        include(saving.backwardWorkspace)
        include(saving.lasting)
      }
    }
    return max(1, result)
  }

  /// Exact searches at one budget after the other: each finds the least time and the smallest peak
  /// that has it, so the next budget is a byte below.
  func searched() throws(PlanningError) -> [ChainPlan] {
    var plans: [ChainPlan] = []
    var budget = storeAll.peak
    while budget >= smallest.bytes, let found = ExactChain(costs).search(budget: budget) {
      let plan = try Self.replayed(found, costs)
      plans.append(plan)
      budget = plan.peak - 1
    }
    return plans
  }
}
