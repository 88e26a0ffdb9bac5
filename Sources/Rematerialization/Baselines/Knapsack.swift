/// Which stages keep what their backward needs, so that recomputing the others takes the least time
/// for a number of saved bytes: what PyTorch's `activation_memory_budget` decides.
///
/// Outputs of stages are kept either way, so keeping stage l weighs ā_l - a_l and is worth u_l. The
/// bound is on the sum of saved bytes, not on the peak: the peak is found by replaying.
struct Knapsack {
  private let costs: ChainCosts
  private static let slots = 400

  init(_ costs: ChainCosts) { self.costs = costs }

  /// The schedule that keeps the stages of `kept`.
  func schedule(keeping kept: Set<Int>) -> [ChainAction] {
    (1...costs.count).map { kept.contains($0) ? .forwardSaving($0) : .forward($0) }
      + (1...costs.count).reversed().flatMap { stage -> [ChainAction] in
        kept.contains(stage)
          ? [.backward(stage)]
          : [.dropOutput(stage), .forwardSaving(stage), .backward(stage)]
      }
  }

  /// The best choices for bounds from nothing to everything.
  func all() -> [[ChainAction]] {
    let weights = costs.stages.map { max(0, $0.savings[0].saved - $0.output) }
    let total = weights.reduce(0, +)
    let unit = max(1, total / Self.slots)
    let slots = total / unit + costs.count
    var worth = Array(repeating: 0.0, count: slots + 1)
    var takes = Array(repeating: Array(repeating: false, count: slots + 1), count: costs.count)
    for (index, stage) in costs.stages.enumerated() {
      let weight = (weights[index] + unit - 1) / unit
      for m in stride(from: slots, through: weight, by: -1)
      where worth[m - weight] + stage.forwardTime > worth[m] {
        worth[m] = worth[m - weight] + stage.forwardTime
        takes[index][m] = true
      }
    }
    var schedules: [[ChainAction]] = []
    var last = -1.0
    for bound in 0...slots where worth[bound] > last {
      last = worth[bound]
      var (kept, m): (Set<Int>, Int) = ([], bound)
      for index in costs.stages.indices.reversed() where takes[index][m] {
        kept.insert(index + 1)
        m -= (weights[index] + unit - 1) / unit
      }
      schedules.append(schedule(keeping: kept))
    }
    return schedules
  }
}
