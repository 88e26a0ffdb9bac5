import Diagnosis
import Rematerialization
import TraceFormat
import Training

extension TracePlanning {
  /// What a dashboard shows: the frontier, with what each plan does, and the baselines.
  ///
  /// - Parameter tell: Gets the frontier as soon as it is there, before the baselines are.
  func memoryFrontier(tell: (MemoryFrontier) -> Void = { _ in }) throws(Failure) -> MemoryFrontier {
    let plans = try frontier()
    var result = MemoryFrontier(
      choices: try plans.map { (plan) throws(Failure) in try choice(plan) },
      storeAll: point(try storeAll()), wall: wall, isPacked: isPacked, steps: steps)
    tell(result)
    for (name, solver) in [("√n segments", ChainSolver.sqrt), ("knapsack", .knapsack)] {
      result.baselines.append(
        MemoryFrontier.Baseline(name: name, points: try baseline(solver).map(point)))
    }
    do {
      result.baselines.append(
        MemoryFrontier.Baseline(name: "revolve", points: try planner.packedRevolve().map(point)))
    } catch { throw Self.failure(error, name) }
    return result
  }

  private func choice(_ plan: MemoryPlan) throws(Failure) -> MemoryFrontier.Choice {
    let layers = network.decisions(for: plan.order).map { PlanRecord.Layer($0) }
    return MemoryFrontier.Choice(
      point: point(plan), layers: layers, curve: try liveBytes(plan.order))
  }

  private func point(_ plan: MemoryPlan) -> MemoryFrontier.Point {
    MemoryFrontier.Point(peak: plan.peak, time: plan.time)
  }

  /// What needs the bytes of the smallest plan.
  private var wall: String {
    let stage = planner.stages.name(planner.smallest.stage)
    return switch planner.smallest.cause {
    case .forward: "forward of \(stage)"
    case .saving: "forward of \(stage), which keeps what its backward needs"
    case .backward: "backward of \(stage)"
    }
  }
}
