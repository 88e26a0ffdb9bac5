/// The least memory in which a chain can be trained at all, and which stage sets it.
///
/// In closed form, with G_t the bytes that the backwards after t have left:
///
///     M = a_0 + max over t of G_t + δ_t + max(sweep(t), [t>1] a_{t-1} + ā_t + max(of_t, δ_{t-1} + ob_t))
///     sweep(t) = max(a_1 + of_1, max over 2 ≤ j < t of a_{j-1} + a_j + of_j)        for t > 1
///
/// No schedule does with less: to go backward through t, its input must be made from a_0 one stage
/// at a time, and then stand beside what backward reads and writes.
public struct SmallestBudget: Equatable, Sendable {
  /// Why no less will do.
  public enum Cause: Equatable, Sendable {
    /// Forward of `stage`, on the way to the backward of `toward`.
    case forward(stage: Int, toward: Int)
    /// Forward of `stage` that keeps what its backward needs.
    case saving(stage: Int)
    /// Backward of `stage`.
    case backward(stage: Int)
  }

  /// Bytes.
  public let bytes: Int
  /// What needs them.
  public let cause: Cause

  /// The stage that needs them, counted from 1.
  public var stage: Int {
    switch cause {
    case .forward(let stage, _), .saving(let stage), .backward(let stage): stage
    }
  }

  /// The smallest budget of `costs`.
  public init(_ costs: ChainCosts) {
    let n = costs.count
    var largest = costs.gradient(n)
    var cause = Cause.backward(stage: n)
    func consider(_ bytes: Int, _ reason: Cause) {
      if bytes > largest { (largest, cause) = (bytes, reason) }
    }
    var left = 0
    for t in stride(from: n, through: 1, by: -1) {
      let base = left + costs.gradient(t)
      for j in stride(from: 1, to: t, by: 1) {
        let before = j > 1 ? costs.output(j - 1) : 0
        consider(
          base + before + costs.output(j) + costs[j].forwardWorkspace,
          .forward(stage: j, toward: t))
      }
      let input = t > 1 ? costs.output(t - 1) : 0
      let leanest = costs[t].savings[costs.leanestSaving(t)]
      let forward = base + input + leanest.saved + leanest.forwardWorkspace
      let backward =
        base + input + leanest.saved + costs.gradient(t - 1) + leanest.backwardWorkspace
        + leanest.lasting
      consider(forward, .saving(stage: t))
      consider(backward, .backward(stage: t))
      left += costs[t].savings.map(\.lasting).max() ?? 0
    }
    bytes = costs.input + largest
    self.cause = cause
  }
}

/// A budget in which no schedule fits.
public struct BudgetError: Error, Equatable {
  /// Bytes that were asked for.
  public var budget: Int
  /// What would be needed, and where.
  public var smallest: SmallestBudget
}

extension ChainPlan {
  /// Keeps nothing: each backward's input is made again from the start of the chain.
  ///
  /// Its peak is the smallest budget.
  static func recomputingAll(_ costs: ChainCosts) -> [ChainAction] {
    var schedule: [ChainAction] = []
    for stage in stride(from: costs.count, through: 1, by: -1) {
      for before in stride(from: 1, to: stage, by: 1) {
        schedule.append(before == 1 ? .forward(1) : .forwardDroppingInput(before))
      }
      schedule += [
        .forwardSaving(stage, saving: costs.leanestSaving(stage)), .backward(stage),
      ]
    }
    return schedule
  }

  /// Keeps everything: the fastest and the largest.
  static func storingAll(_ costs: ChainCosts) -> [ChainAction] {
    (1...costs.count).map { .forwardSaving($0) }
      + (1...costs.count).reversed().map { .backward($0) }
  }
}

extension ChainCosts {
  /// The saving of a stage that needs the fewest bytes between its own forward and its backward.
  func leanestSaving(_ stage: Int) -> Int {
    let savings = self[stage].savings
    func need(_ index: Int) -> Int {
      let it = savings[index]
      return it.saved
        + max(it.forwardWorkspace, gradient(stage - 1) + it.backwardWorkspace + it.lasting)
    }
    return savings.indices.min { need($0) < need($1) } ?? 0
  }
}
