import Testing
import TraceFormat
import TraceSamples
import TraceSession

@Suite struct PlanPeriodTests {
  private func plan(from step: UInt64, peak: UInt64 = 100) -> PlanRecord {
    var plan = PlanRecord()
    (plan.firstStep, plan.peak) = (step, peak)
    return plan
  }

  private func session(_ items: [TraceItem]) -> Session {
    let source = ListedSource()
    source.append([.run(TinyNetwork.run()), .graph(TinyNetwork.graph())] + items)
    let session = Session(source: source)
    while session.poll() {}
    return session
  }

  private func step(_ index: UInt64, took duration: UInt64) -> TraceItem {
    var step = TinyNetwork.step(index)
    step.duration = duration
    return .step(step, in: ChunkLocation(offset: 0, length: 1))
  }

  @Test func eachPlanHasTheTimesOfItsSteps() {
    let plans = session([
      step(0, took: 10), step(1, took: 12), .plan(plan(from: 2)), step(2, took: 40),
      step(3, took: 60), step(4, took: 50),
    ]).snapshot().plans
    #expect(plans.map(\.plan) == [nil, plan(from: 2)])
    #expect(plans.map(\.stepTime) == [10, 50])
    #expect(plans.map(\.times.count) == [2, 3])
  }

  /// A plan that is told again, verified by now, is still the same.
  @Test func aPlanIsToldAgain() {
    var verified = plan(from: 0)
    (verified.verifiedSteps, verified.verifiedGradients) = (1, 7)
    let snapshot = session([
      .plan(plan(from: 0)), step(0, took: 10), .plan(verified), step(1, took: 10),
    ]).snapshot()
    #expect(snapshot.plans.map(\.plan) == [verified])
    #expect(snapshot.plans[0].times.count == 2 && verified.isVerified)
    #expect(snapshot.plan(at: 1)?.plan == verified)
  }

  @Test func withoutStepsAndPlansThereIsNone() {
    #expect(session([]).snapshot().plans == [])
  }
}
