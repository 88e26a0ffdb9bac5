internal import Autodiff
internal import Rematerialization
internal import TraceFormat

extension PreparedModel {
  /// What became of a wish for another plan.
  enum Replanning {
    /// The plan goes on as it is.
    case unchanged
    /// Another plan is in force.
    case adopted
    /// No plan does what was wished for; the old one goes on.
    case refused(TrainingError)
  }

  /// Plans again for `budget` bytes, with measured times.
  ///
  /// Weights, optimizer state and the count of updates go on as they are.
  ///
  /// - Parameters:
  ///   - step: The step that is the first of the new plan.
  ///   - limit: Rows that a step may have.
  func replan(
    _ times: StepTimes, budget: Int, from step: Int, rows limit: Int
  ) -> Replanning {
    do throws(TrainingError) {
      var maker = maker
      // A plan for a budget says itself what goes out.
      if file.memory.offload == .auto { maker.options.offload = nil }
      let whole: Plan
      do { whole = try maker.plan(nil) } catch { throw .plan(error) }
      var network = NetworkCosts(whole).timed(
        forward: times.forwardTimes, backward: times.backwardTimes, fixedTime: times.fixedTime
      ).scaled(by: times.factor)
      var force = PlanInForce(
        budget: budget, peak: whole.arenaBytes, storeAllPeak: whole.arenaBytes)
      let plan: Plan
      if whole.arenaBytes <= budget {
        plan = whole
        let order = network.order(recomputing: [])
        (force.predictedTime, force.layers) = (
          network.time(of: order), network.decisions(for: order)
        )
      } else {
        network.transfer = file.memory.transfer(threads: maker.options.threads)
        let found = try Self.plan(network, budget: budget, maker)
        do { plan = try maker.plan(found.order) } catch { throw .plan(error) }
        guard plan.rows.count <= limit else { return .unchanged }
        (force.peak, force.predictedTime) = (plan.arenaBytes, found.time)
        force.layers = network.decisions(for: found.order)
      }
      force.offloaded = plan.offloadedBytes
      let isSame =
        plan.options.order == executor.plan.options.order
        && plan.options.offload == executor.plan.options.offload
      force.firstStep = isSame ? inForce?.firstStep ?? 0 : step
      if !isSame {
        try makeStore(for: plan)
        do { executor = try Executor(plan, continuing: executor, store: store) } catch {
          throw .plan(error)
        }
      }
      inForce = force
      return isSame ? .unchanged : .adopted
    } catch { return .refused(error) }
  }

  private static func plan(
    _ network: NetworkCosts, budget: Int, _ maker: PlanMaker
  ) throws(TrainingError) -> MemoryPlan {
    let planner: MemoryPlanner
    do {
      planner = try MemoryPlanner(
        network, pack: { (order) throws(TrainingError) in try maker.arenaBytes(order) })
    } catch { throw .planning(error) }
    do { return try planner.plan(budget: budget) } catch {
      switch error {
      case .budget(let error): throw .budget(error)
      case .training(let error): throw error
      }
    }
  }
}
