internal import Autodiff
internal import Rematerialization

extension MemoryDescription.Checkpoint {
  /// The order that a plan for keeping everything turns into; nil where it stays.
  ///
  /// - Parameters:
  ///   - transfer: Finds out what it takes to send something out; nil: nothing may go.
  ///   - pack: The bytes of the arena of an order.
  func order(
    for plan: Plan, layers: [BuiltLayer], transfer: () -> Transfer?,
    pack: @escaping ([NetworkAction]) throws(TrainingError) -> Int
  ) throws(TrainingError) -> [NetworkAction]? {
    switch self {
    case .none: return nil
    case .sqrt:
      return try segments(plan) { costs in Segments.squareRoot(costs) }
    case .every(let length):
      return try segments(plan) { costs in Segments.schedule(costs, length: length) }
    case .layers(let paths):
      do {
        return NetworkCosts(plan).order(
          recomputing: try plan.network.nodes(
            of: paths, layers: layers, path: "memory.checkpoint.layers"))
      } catch { throw .model(error) }
    case .budget(let bytes):
      if plan.arenaBytes <= bytes { return nil }
      var costs = NetworkCosts(plan)
      costs.transfer = transfer()
      let planner: MemoryPlanner
      do { planner = try MemoryPlanner(costs, pack: pack) } catch {
        throw .planning(error)
      }
      do { return try planner.plan(budget: bytes).order } catch {
        switch error {
        case .budget(let error): throw .budget(error)
        case .training(let error): throw error
        }
      }
    }
  }

  private func segments(
    _ plan: Plan, _ schedule: (ChainCosts) -> [ChainAction]
  ) throws(TrainingError) -> [NetworkAction] {
    let stages: Stages
    do { stages = try Stages(NetworkCosts(plan)) } catch { throw .planning(.costs(error)) }
    do {
      return stages.order(try ChainPlan(schedule(stages.costs), for: stages.costs))
    } catch { throw .planning(.invalid(error)) }
  }
}
