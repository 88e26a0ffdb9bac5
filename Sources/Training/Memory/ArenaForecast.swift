internal import Autodiff
public import Rematerialization

/// How large the arena of a model would be with other orders: each is compiled and packed, and none
/// is run.
public struct ArenaForecast {
  private let maker: PlanMaker
  /// The names of the network's nodes, in forward order.
  public let nodes: [String]

  /// - Parameter threads: The most threads of one kernel.
  public init(_ file: ModelFile, threads: Int) throws(TrainingError) {
    maker = try ModelParts(file, threads: threads).maker
    nodes = maker.network.nodes.map(\.name)
  }

  /// Bytes of the arena of a step in `order`.
  ///
  /// - Throws: `TrainingError.plan` where a step cannot run in this order.
  public func bytes(_ order: [NetworkAction]) throws(TrainingError) -> Int {
    do { return try maker.plan(StepOrder(order)).arenaBytes } catch { throw .plan(error) }
  }
}
