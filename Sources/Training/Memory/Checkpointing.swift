internal import Autodiff
internal import Rematerialization

extension MemoryDescription.Checkpoint {
  /// The order that a plan for keeping everything turns into; nil where it stays.
  ///
  /// - Parameter pack: The bytes of the arena of an order.
  func order(
    for plan: Plan, layers: [BuiltLayer],
    pack: @escaping ([NetworkAction]) throws(TrainingError) -> Int
  ) throws(TrainingError) -> StepOrder? {
    switch self {
    case .none: return nil
    case .sqrt:
      return try segments(plan) { costs in Segments.squareRoot(costs) }
    case .every(let length):
      return try segments(plan) { costs in Segments.schedule(costs, length: length) }
    case .layers(let paths):
      do {
        return StepOrder(
          NetworkCosts(plan).order(recomputing: try groups(paths, plan, layers)))
      } catch { throw .model(error) }
    case .budget(let bytes):
      if plan.arenaBytes <= bytes { return nil }
      let planner: MemoryPlanner
      do { planner = try MemoryPlanner(NetworkCosts(plan), pack: pack) } catch {
        throw .planning(error)
      }
      do { return StepOrder(try planner.plan(budget: bytes).order) } catch {
        switch error {
        case .budget(let error): throw .budget(error)
        case .training(let error): throw error
        }
      }
    }
  }

  private func segments(
    _ plan: Plan, _ schedule: (ChainCosts) -> [ChainAction]
  ) throws(TrainingError) -> StepOrder {
    let stages: Stages
    do { stages = try Stages(NetworkCosts(plan)) } catch { throw .planning(.costs(error)) }
    do {
      return StepOrder(stages.order(try ChainPlan(schedule(stages.costs), for: stages.costs)))
    } catch { throw .planning(.invalid(error)) }
  }

  /// The nodes of each layer.
  private func groups(
    _ paths: [String], _ plan: Plan, _ layers: [BuiltLayer]
  ) throws(ModelFileError) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    for (index, path) in paths.enumerated() {
      let nodes = plan.network.nodes.indices.filter {
        let layer = plan.network.nodes[$0].layer
        return layer == path || layer.hasPrefix(path + "/")
      }
      guard let first = nodes.first, let last = nodes.last else {
        throw ModelFileError(
          "memory.checkpoint.layers[\(index)]", "there is no layer \"\(path)\"",
          hint: Spelling.hint(for: path, among: layers.map(\.path)))
      }
      groups.append(first..<last + 1)
    }
    return groups
  }
}
