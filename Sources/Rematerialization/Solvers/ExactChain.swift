/// The best of all schedules of a chain: a shortest path over what is resident.
///
/// A state is which gradient is there (k) and, for each stage up to k, whether nothing, a_l or ā_l
/// is. Moves are forward, forward that saves, the backward of k, and drops, which cost nothing.
/// Costs add up and peaks take the larger, so that the path of least (time, peak) in this order is
/// found by Dijkstra's algorithm.
struct ExactChain {
  static let stageLimit = 12

  private let costs: ChainCosts
  private let power: [Int]

  init(_ costs: ChainCosts) {
    self.costs = costs
    var power = [1]
    for stage in costs.stages { power.append(power[power.count - 1] * (stage.savings.count + 2)) }
    self.power = power
  }

  /// 0: nothing, 1: a_l, 2 + i: ā_l by saving i.
  private func digit(_ state: Int, _ stage: Int) -> Int {
    state / power[stage - 1] % (costs[stage].savings.count + 2)
  }

  private func bytes(_ digit: Int, _ stage: Int) -> Int {
    switch digit {
    case 0: 0
    case 1: costs[stage].output
    default: costs[stage].savings[digit - 2].held
    }
  }

  /// The fastest schedule within `budget`, of those the one with the smallest peak; nil where none
  /// fits.
  func search(budget: Int) -> [ChainAction]? {
    let n = costs.count
    let size = power[n]
    var search = Search(states: size * (n + 1))
    var left = Array(repeating: 0, count: n + 2)
    for stage in stride(from: n, through: 1, by: -1) {
      left[stage] = left[stage + 1] + costs[stage].savings[0].lasting
    }
    let start = n * size
    let first = costs.input + costs.gradient(n)
    guard first <= budget else { return nil }
    search.reach(start, cost: 0, peak: first, from: -1, by: [])
    while let entry = search.next() {
      let (k, state) = (entry.state / size, entry.state % size)
      if k == 0 { return search.path(to: entry.state) }
      let digits = (1...k).map { digit(state, $0) }
      var resident = costs.input + costs.gradient(k) + left[k + 1]
      for (index, digit) in digits.enumerated() { resident += bytes(digit, index + 1) }
      func reach(_ next: Int, _ time: Double, _ during: Int, _ actions: [ChainAction]) {
        guard during <= budget else { return }
        search.reach(
          next, cost: entry.cost + time, peak: max(entry.peak, during), from: entry.state,
          by: actions)
      }
      for stage in 1...k {
        let held = digits[stage - 1]
        let weight = power[stage - 1]
        if held > 0 {
          reach(
            entry.state - held * weight, 0, resident,
            [held == 1 ? .dropOutput(stage) : .dropSaved(stage)])
        }
        guard stage == 1 || digits[stage - 2] > 0, held < 2 else { continue }
        let it = costs[stage]
        if held == 0, stage < k {
          reach(
            entry.state + weight, it.forwardTime, resident + it.output + it.forwardWorkspace,
            [.forward(stage)])
        }
        // An a_l that stands alone is of no use beside ā_l.
        let (drops, base): ([ChainAction], Int) =
          held == 1 ? ([.dropOutput(stage)], resident - it.output) : ([], resident)
        for (index, saving) in it.savings.enumerated() {
          reach(
            entry.state + (2 + index - held) * weight, saving.forwardTime,
            base + saving.saved + saving.forwardWorkspace,
            drops + [.forwardSaving(stage, saving: index)])
        }
      }
      let held = digits[k - 1]
      guard held >= 2, k == 1 || digits[k - 2] > 0 else { continue }
      let saving = costs[k].savings[held - 2]
      var next = state - held * power[k - 1]
      if k > 1, digits[k - 2] == 1 { next -= power[k - 2] }
      reach(
        (k - 1) * size + next, saving.backwardTime,
        resident - saving.held + saving.saved + costs.gradient(k - 1) + saving.backwardWorkspace
          + saving.lasting, [.backward(k)])
    }
    return nil
  }

  /// Labels of states and how they were reached.
  private struct Search {
    private var cost: [Double]
    private var peak: [Int]
    private var origin: [(state: Int, actions: [ChainAction])]
    private var queue = SearchQueue()

    init(states: Int) {
      cost = Array(repeating: .infinity, count: states)
      peak = Array(repeating: 0, count: states)
      origin = Array(repeating: (-1, []), count: states)
    }

    mutating func reach(
      _ state: Int, cost newCost: Double, peak newPeak: Int, from: Int, by actions: [ChainAction]
    ) {
      guard newCost < cost[state] || (newCost == cost[state] && newPeak < peak[state]) else {
        return
      }
      cost[state] = newCost
      peak[state] = newPeak
      origin[state] = (from, actions)
      queue.push(SearchQueue.Entry(cost: newCost, peak: newPeak, state: state))
    }

    mutating func next() -> SearchQueue.Entry? {
      while let entry = queue.pop() {
        if entry.cost == cost[entry.state], entry.peak == peak[entry.state] { return entry }
      }
      return nil
    }

    func path(to state: Int) -> [ChainAction] {
      var parts: [[ChainAction]] = []
      var at = state
      while at >= 0, origin[at].state >= 0 {
        parts.append(origin[at].actions)
        at = origin[at].state
      }
      return parts.reversed().flatMap { $0 }
    }
  }
}
