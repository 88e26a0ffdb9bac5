/// In which order nodes run: forward, forward again (recompute), backward.
///
/// Nothing is dropped by name: a tensor lives until its last reader, and a node that runs again makes
/// tensors of its own, which all later readers take. So an order alone says what is kept.
public struct StepOrder: Equatable, Sendable {
  /// A node in one direction.
  public enum Action: Hashable, Sendable {
    /// Forward; after the first time this is recompute.
    case forward(NodeID)
    /// Backward, once.
    case backward(NodeID)
  }

  /// What runs, one after the other.
  public var actions: [Action]

  /// Runs `actions`.
  public init(_ actions: [Action]) { self.actions = actions }

  /// Forward once, then backward: everything that backward needs is kept.
  public init(storingAll network: Network) {
    let nodes = network.nodes.indices.map { NodeID(index: $0) }
    actions = nodes.map { .forward($0) } + nodes.reversed().map { .backward($0) }
  }

  /// Whether a step can run like this.
  ///
  /// All nodes run forward before any runs backward, and backward runs from the last node to the
  /// first: sums of gradients then come out the same, bit by bit, however much is recomputed.
  func check(_ network: Network, _ differentiation: Differentiation) throws(PlanError) {
    let count = network.nodes.count
    var (next, turn) = (0, count)
    for action in actions {
      switch action {
      case .forward(let node):
        guard node.index >= 0, node.index < count else {
          throw .order("there is no node \(node.index)")
        }
        if node.index >= next {
          guard node.index == next, turn == count else {
            throw .order("\(network[node].name) runs forward before what stands in front of it")
          }
          next += 1
        }
      case .backward(let node):
        guard next == count else { throw .order("backward begins before forward is over") }
        guard node.index == turn - 1 else {
          throw .order("backward does not run from the last node to the first")
        }
        turn -= 1
      }
    }
    guard turn == 0 else { throw .order("backward does not reach the first node") }
  }
}
