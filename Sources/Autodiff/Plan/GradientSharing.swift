/// Which gradients are the upstream gradient's bytes: nothing moves where a node only hands it on.
///
/// A sum hands ∂y to both operands, a reshape to its one. Their gradients share ∂y's memory as long as
/// nobody adds to it while others have yet to read it. Times are node indices: backward runs from the
/// last node to the first, so what is done at a larger index is done earlier.
struct GradientSharing {
  /// For each value: the value whose gradient's bytes its gradient has, itself where it has its own.
  private(set) var owners: [Int]
  /// For each value with a shared gradient: the result of the node that hands it on.
  private var givers: [Int?]

  /// One gradient of those that share bytes.
  private struct Member {
    var value: Int
    /// Its parent's position among the members: who handed the gradient on to it.
    var parent: Int?
    /// The node whose backward reads it.
    var read: Int
    /// The first node that adds to it; nil where none does.
    var firstAddition: Int?
  }

  private var groups: [Int: [Member]] = [:]
  private let network: Network

  init(
    _ network: Network, loss: ValueID, _ differentiation: Differentiation,
    layouts: [ChannelLayout], types: [ElementType]
  ) {
    self.network = network
    owners = Array(network.values.indices)
    givers = network.values.map { _ in nil }
    var consumers: [[Int]] = network.values.map { _ in [] }
    for (index, node) in network.nodes.enumerated() where differentiation.needsBackward(node) {
      for operand in node.operands { consumers[operand.index].append(index) }
    }
    for (index, node) in network.nodes.enumerated().reversed()
    where differentiation.needsBackward(node) && node.result != loss {
      for (position, operand) in node.operands.enumerated() {
        guard differentiation.hasGradient[operand.index],
          case .node(let maker) = network[operand].origin,
          layouts[operand.index] == layouts[node.result.index],
          types[operand.index] == types[node.result.index],
          node.primitive.handsOn(
            position, of: node.operands.map { network[$0].shape },
            result: network[node.result].shape),
          node.operands.count(where: { $0 == operand }) == 1,
          // The first to give it a gradient: others add to that.
          consumers[operand.index].last == index
        else { continue }
        let addition = consumers[operand.index].dropLast().last
        share(operand.index, with: node.result.index, at: index, maker.index, addition)
      }
    }
  }

  /// Whether the gradient of `value` is that of the result of `node`, its last consumer.
  func isHandedOn(_ value: ValueID, by node: Network.Node) -> Bool {
    givers[value.index] == node.result.index
  }

  private mutating func share(
    _ value: Int, with upstream: Int, at index: Int, _ read: Int, _ firstAddition: Int?
  ) {
    let owner = owners[upstream]
    var members =
      groups[owner] ?? [Member(value: upstream, parent: nil, read: index, firstAddition: nil)]
    guard let parent = members.firstIndex(where: { $0.value == upstream }) else { return }
    var ancestors: Set<Int> = []
    var next: Int? = parent
    while let position = next {
      ancestors.insert(position)
      next = members[position].parent
    }
    for (position, member) in members.enumerated() where !ancestors.contains(position) {
      // It must have read before we add, and we must have read before it adds.
      if let firstAddition, member.read <= firstAddition { return }
      if let its = member.firstAddition, read <= its { return }
    }
    owners[value] = owner
    givers[value] = upstream
    members.append(
      Member(value: value, parent: parent, read: read, firstAddition: firstAddition))
    groups[owner] = members
  }
}
