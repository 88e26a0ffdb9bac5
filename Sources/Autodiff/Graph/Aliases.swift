/// Which values share memory in PyTorch, and how far apart elements stand there.
///
/// Views are what PyTorch makes views of: also of a transposed tensor and of a slice, which here are
/// copies; not of a transposed one that is reshaped where that cannot be done without moving elements.
/// Element by element a result stands as its operand does. What layers in place change, and what they
/// may not, is judged by this.
public struct Aliases: Sendable {
  /// By value that is a view, or that was made in place: the one that has the memory.
  private var storages: [Int: ValueID] = [:]
  /// By value: strides, where they are not those of row order.
  private var strides: [Int: [Int]] = [:]
  /// How many nodes are known.
  private var count = 0

  /// Knows nothing yet.
  public init() {}

  /// Takes note of the nodes that `network` has got since the last time.
  public mutating func follow(_ network: Network) {
    for node in network.nodes[count...] { note(node, network) }
    count = network.nodes.count
  }

  /// The node that made `value` as a view, unless it has memory of its own.
  public func view(_ value: ValueID, in network: Network) -> Network.Node? {
    guard storages[value.index] != nil, case .node(let id) = network[value].origin,
      !network[id].isInPlace
    else { return nil }
    return network[id]
  }

  /// The value whose memory it is.
  func storage(of value: ValueID) -> ValueID { storages[value.index] ?? value }

  private mutating func note(_ node: Network.Node, _ network: Network) {
    guard let operand = node.operands.first else { return }
    let (shape, result) = (network[operand].shape, network[node.result].shape)
    let standing = strides[operand.index]
    if node.isInPlace {
      storages[node.result.index] = storage(of: operand)
      strides[node.result.index] = standing
    } else if let view = node.primitive.view(
      shape, strides: standing ?? shape.strides, as: result)
    {
      storages[node.result.index] = storage(of: operand)
      if view != result.strides { strides[node.result.index] = view }
    } else if case .node(let maker) = network[operand].origin,
      network[maker].primitive is ScaledDotProductAttention, result.rank == 3
    {
      // What torch.nn.MultiheadAttention gives has time before the batch.
      let (batch, width) = (result.sizes[0], result.sizes[2])
      strides[node.result.index] = [width, batch * width, 1]
    } else if node.primitive.isPointwise {
      let like = node.operands.first { network[$0].shape == result && strides[$0.index] != nil }
      strides[node.result.index] = like.map { Self.dense(result, like: strides[$0.index] ?? []) }
    }
  }

  /// Strides without gaps, in the order of those of `like`.
  private static func dense(_ shape: Shape, like: [Int]) -> [Int] {
    var (result, step) = (shape.strides, 1)
    let inward = like.indices.sorted { (like[$0], $1) < (like[$1], $0) }
    for dimension in inward {
      result[dimension] = step
      step *= max(1, shape.sizes[dimension])
    }
    return result
  }
}

extension Shape {
  /// Strides with which elements that stand by `strides` can be read as `other` without moving; nil:
  /// they cannot.
  ///
  /// Runs of dimensions that stand as one are cut anew, as by PyTorch's `computeStride`.
  func view(strides: [Int], as other: Shape) -> [Int]? {
    guard elementCount > 0, rank > 0 else { return other.strides }
    var (result, at) = (other.strides, other.rank - 1)
    var (step, run, covered) = (strides[rank - 1], 1, 1)
    for dimension in sizes.indices.reversed() {
      run *= sizes[dimension]
      let ends =
        dimension == 0
        || sizes[dimension - 1] != 1 && strides[dimension - 1] != run * step
      guard ends else { continue }
      while at >= 0, covered < run || other.sizes[at] == 1 {
        result[at] = covered * step
        covered *= other.sizes[at]
        at -= 1
      }
      guard covered == run else { return nil }
      if dimension > 0 { (step, run, covered) = (strides[dimension - 1], 1, 1) }
    }
    return at < 0 ? result : nil
  }
}
