internal import Autodiff
public import Rematerialization

/// How large the arena of a model would be with other orders: each is compiled and packed, and none
/// is run.
///
/// To be used from one thread at a time.
public final class ArenaForecast {
  private let maker: PlanMaker
  private var seen: [[NetworkAction]: Packed] = [:]
  /// The names of the network's nodes, in forward order.
  public let nodes: [String]

  /// What was seen of an order.
  private struct Packed {
    var bytes: Int
    var live: [UInt64]
  }

  /// - Parameter threads: The most threads of one kernel.
  public init(_ file: ModelFile, threads: Int) throws(TrainingError) {
    maker = try ModelParts(file, threads: threads).maker
    nodes = maker.network.nodes.map(\.name)
  }

  /// Bytes of the arena of a step in `order`.
  ///
  /// - Throws: `TrainingError.plan` where a step cannot run in this order.
  public func bytes(_ order: [NetworkAction]) throws(TrainingError) -> Int {
    try packed(order).bytes
  }

  /// Live bytes of the arena after each op of a step in `order`.
  ///
  /// - Throws: `TrainingError.plan` where a step cannot run in this order.
  public func liveBytes(_ order: [NetworkAction]) throws(TrainingError) -> [UInt64] {
    try packed(order).live
  }

  private func packed(_ order: [NetworkAction]) throws(TrainingError) -> Packed {
    if let known = seen[order] { return known }
    let plan: Plan
    do { plan = try maker.plan(order) } catch { throw .plan(error) }
    let packed = Packed(
      bytes: plan.arenaBytes,
      live: plan.rows.map { UInt64(clamping: $0.liveBytes.reduce(0, +)) })
    seen[order] = packed
    return packed
  }
}
