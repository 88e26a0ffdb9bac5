/// What of a stage can leave memory between its forward and its backward.
///
/// Its output stays: the next stage takes it, and may want it again. Backward of the last stage comes at
/// once.
struct StageOffload {
  private let network: NetworkCosts
  /// The nodes that make it.
  let nodes: [Int]
  /// How much it is.
  let bytes: Int

  init(_ network: NetworkCosts, _ range: Range<Int>, output: Int?) {
    self.network = network
    nodes =
      output == nil
      ? [] : range.filter { network.storage($0) != output && network.leaving[$0] > 0 }
    bytes = nodes.reduce(0) { $0 + network.leaving[$1] }
  }

  /// The same as keeping all, but for bytes in between and for the time that transfers add.
  func saving(of stage: ChainStage) -> Saving {
    var saving = stage.savings[0]
    saving.held = max(0, saving.saved - bytes)
    saving.backwardTime += nodes.reduce(0) { $0 + network.transferTime($1) }
    return saving
  }
}
