public import TraceFormat

/// The steps for which one plan was in force.
public struct PlanPeriod: Equatable, Sendable {
  /// The plan; nil: that of the model file, which keeps everything.
  public var plan: PlanRecord?
  /// What its steps took.
  public var times = DurationHistogram()

  /// A period without any steps yet.
  public init(_ plan: PlanRecord?) { self.plan = plan }

  /// The median of a step's nanoseconds; nil where there was none.
  public var stepTime: Double? { times.quantile(0.5).map { Double($0) } }
}

extension Snapshot {
  /// The plan in force in a step; nil where its steps are not known.
  public func plan(at step: UInt64) -> PlanPeriod? {
    plans.last { $0.plan?.firstStep ?? 0 <= step }
  }
}

/// Which plans were in force when.
struct PlanHistory {
  /// In the order of their first steps; those without a plan and without a step are left out.
  var periods: [PlanPeriod] { (before.times.count > 0 ? [before] : []) + planned }

  /// The steps before the first plan.
  private var before = PlanPeriod(nil)
  private var planned: [PlanPeriod] = []

  mutating func add(_ plan: PlanRecord) {
    if let index = planned.firstIndex(where: { $0.plan?.firstStep == plan.firstStep }) {
      planned[index].plan = plan
    } else {
      let next = planned.firstIndex { $0.plan?.firstStep ?? 0 > plan.firstStep }
      planned.insert(PlanPeriod(plan), at: next ?? planned.count)
    }
  }

  mutating func add(_ step: Step) {
    if let index = planned.lastIndex(where: { $0.plan?.firstStep ?? 0 <= step.index }) {
      planned[index].times.add(step.duration)
    } else {
      before.times.add(step.duration)
    }
  }

  /// The steps come again.
  mutating func forgetTimes() {
    before = PlanPeriod(nil)
    for index in planned.indices { planned[index].times = DurationHistogram() }
  }
}
