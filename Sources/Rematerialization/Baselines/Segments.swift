/// Equal segments: inputs of segments are kept, and each is run again as a whole before its
/// backward.
///
/// With ⌈√n⌉ segments this is the schedule of Chen, Xu, Zhang and Guestrin, "Training deep nets with
/// sublinear memory cost" (arXiv:1604.06174), and of `torch.utils.checkpoint_sequential`.
public enum Segments {
  /// The schedule in which a segment has at most `length` stages; the last segment keeps all.
  public static func schedule(_ costs: ChainCosts, length: Int) -> [ChainAction] {
    let n = costs.count
    let starts = Array(stride(from: 1, through: n, by: max(1, length)))
    var actions: [ChainAction] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] - 1 : n
      for stage in start...end {
        let isLast = index + 1 == starts.count
        actions.append(
          isLast
            ? .forwardSaving(stage)
            : stage == start ? .forward(stage) : .forwardDroppingInput(stage))
      }
    }
    for (index, start) in starts.enumerated().reversed() {
      let end = index + 1 < starts.count ? starts[index + 1] - 1 : n
      if index + 1 < starts.count { actions += (start...end).map { .forwardSaving($0) } }
      actions += (start...end).reversed().map { .backward($0) }
    }
    return actions
  }

  /// ⌈√n⌉ segments.
  public static func squareRoot(_ costs: ChainCosts) -> [ChainAction] {
    let root = Double(costs.count).squareRoot().rounded(.up)
    return schedule(costs, length: Int((Double(costs.count) / root).rounded(.up)))
  }

  /// One for each length.
  static func all(_ costs: ChainCosts) -> [[ChainAction]] {
    (1...costs.count).map { schedule(costs, length: $0) }
  }
}
