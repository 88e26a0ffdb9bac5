/// Binomial checkpointing of a chain of equal steps (Griewank and Walther, "Algorithm 799: revolve",
/// ACM TOMS 26, 2000).
///
/// With c snapshots, of which the initial state takes one, an l-step chain is reversed with
///
///     t(l, c) = r·l - binomial(c + r, c + 1)        r = min{ r : binomial(c + r, c) ≥ l }
///
/// forward steps besides the l taped ones, and no step is advanced more than r times.
public struct Revolve: Sendable {
  /// Steps.
  public let steps: Int
  /// Snapshots.
  public let snapshots: Int

  /// At least one step and one snapshot.
  public init(steps: Int, snapshots: Int) {
    self.steps = max(1, steps)
    self.snapshots = max(1, snapshots)
  }

  /// r(l, c): the most times that a step is advanced.
  public var repetitions: Int {
    var r = 0
    while Self.binomial(snapshots + r, r, limit: steps) < steps { r += 1 }
    return r
  }

  /// t(l, c): forward steps besides the taped ones.
  public var advances: Int {
    let r = repetitions
    // binomial(c + r, c + 1) = binomial(c + r, r - 1), which is at most r · l.
    let limit = r.multipliedReportingOverflow(by: steps).partialValue
    return r * steps - (r > 0 ? Self.binomial(snapshots + r, r - 1, limit: limit) : 0)
  }

  /// How far to advance from the first snapshot before the next is taken: any that is optimal.
  var firstAdvance: Int {
    guard steps > 1, snapshots > 1 else { return max(0, steps - 1) }
    let least = advances
    for step in 1..<steps {
      let right = Revolve(steps: steps - step, snapshots: snapshots - 1).advances
      let left = Revolve(steps: step, snapshots: snapshots).advances
      if step + right + left == least { return step }
    }
    return 1
  }

  /// binomial(n, k), or something larger than `limit` where it exceeds that.
  private static func binomial(_ n: Int, _ k: Int, limit: Int) -> Int {
    guard k >= 0, k <= n else { return 0 }
    let k = min(k, n - k)
    var result = 1
    for i in 0..<k {
      let (product, overflows) = result.multipliedReportingOverflow(by: n - i)
      guard !overflows else { return limit + 1 }
      result = product / (i + 1)
      if result > limit { return limit + 1 }
    }
    return result
  }

  /// The schedule with `snapshots` for a chain that is taken for one of equal steps.
  public static func schedule(_ costs: ChainCosts, snapshots: Int) -> [ChainAction] {
    var actions: [ChainAction] = []
    reverse(1, costs.count, snapshots, into: &actions)
    return actions
  }

  /// The plans with one snapshot, two, …, as far as nothing is both smaller and faster.
  public static func plans(_ costs: ChainCosts) -> [ChainPlan] {
    let all = (1...costs.count).compactMap { snapshots in
      try? ChainPlan(schedule(costs, snapshots: snapshots), for: costs)
    }
    return ChainPlanner.pareto(all)
  }

  private static func reverse(
    _ s: Int, _ t: Int, _ snapshots: Int, into actions: inout [ChainAction]
  ) {
    if s == t {
      actions += [.forwardSaving(s), .backward(s)]
      return
    }
    if snapshots <= 1 {
      for stage in stride(from: t, through: s, by: -1) {
        advance(s, stage - 1, into: &actions)
        actions += [.forwardSaving(stage), .backward(stage)]
      }
      return
    }
    let steps = Revolve(steps: t - s + 1, snapshots: snapshots).firstAdvance
    advance(s, s + steps - 1, into: &actions)
    reverse(s + steps, t, snapshots - 1, into: &actions)
    reverse(s, s + steps - 1, snapshots, into: &actions)
  }

  private static func advance(_ s: Int, _ t: Int, into actions: inout [ChainAction]) {
    for stage in stride(from: s, through: t, by: 1) {
      actions.append(stage == s ? .forward(stage) : .forwardDroppingInput(stage))
    }
  }
}
