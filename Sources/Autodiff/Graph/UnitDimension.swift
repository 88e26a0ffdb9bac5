/// Which dimension of a result counts units: what can be dead or saturated.
public enum UnitDimension: Sendable {
  /// The last one: features.
  case last
  /// The one behind the batch: channels of images and signals.
  case channels
  /// That of the first operand, if its rank is the result's: functions of single elements.
  case inherited
}

extension Network {
  /// For each node: the dimension of its result that counts units; 0 for a scalar.
  public var unitAxes: [Int] {
    var axes = values.map { max(0, $0.shape.rank - 1) }
    for node in nodes {
      let last = max(0, self[node.result].shape.rank - 1)
      switch node.primitive.unitDimension {
      case .last: break
      case .channels: axes[node.result.index] = min(1, last)
      case .inherited:
        guard let first = node.operands.first, self[first].shape.rank == last + 1 else { continue }
        axes[node.result.index] = axes[first.index]
      }
    }
    return nodes.map { axes[$0.result.index] }
  }
}
