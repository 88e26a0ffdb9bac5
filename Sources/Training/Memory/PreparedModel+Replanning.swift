internal import Autodiff
internal import Rematerialization

/// A plan in force, as people are told.
public struct PlanInForce: Sendable {
  /// Bytes that were asked for; nil where the order was given.
  public var budget: Int?
  /// Bytes of the whole arena.
  public var peak: Int
  /// Bytes of the arena with everything kept.
  public var storeAllPeak: Int
  /// Nanoseconds that a step was predicted to take; nil where nothing was measured.
  public var predictedTime: Double?
}

extension PreparedModel {
  /// Plans again for the budget of the model file, with measured times; false where that changes
  /// nothing.
  ///
  /// Weights, optimizer state and the count of updates go on as they are.
  func replan(_ times: StepTimes, rows limit: Int) -> Bool {
    guard case .budget(let budget) = file.memory.checkpoint else { return false }
    do {
      let maker = maker
      let whole = try maker.plan(nil)
      let network = NetworkCosts(whole).timed(
        forward: times.forwardTimes, backward: times.backwardTimes, fixedTime: times.fixedTime)
      inForce?.predictedTime = network.time(of: network.order(recomputing: []))
      guard whole.arenaBytes > budget else { return false }
      let planner = try MemoryPlanner(
        network, pack: { (order) throws(TrainingError) in try maker.arenaBytes(order) })
      let found = try planner.plan(budget: budget)
      let plan = try maker.plan(StepOrder(found.order))
      guard plan.rows.count <= limit else { return false }
      try adopt(plan)
      inForce?.peak = plan.arenaBytes
      inForce?.predictedTime = found.time
      return true
    } catch {
      // The plan made from guessed times fits, too: it goes on.
      return false
    }
  }

  private func adopt(_ plan: Plan) throws(PlanError) {
    executor = try Executor(plan, continuing: executor)
  }
}
