/// Looking at gradients of outputs while they stand in the arena.
extension Executor {
  /// Counts what passed since `start` as measuring, and returns the time.
  func noteMeasuring(since start: UInt64) -> UInt64 {
    let now = MonotonicClock.now()
    measuring += now - start
    return now
  }

  /// Measures the gradient of a node's output, if it has one.
  func measureGradient(_ node: NodeID, _ outputs: UnsafeMutablePointer<OutputReading>) {
    let value = plan.network.nodes[node.index].result.index
    guard let gradient = plan.gradientTensors[value] else { return }
    outputs[node.index].hasGradient = true
    outputs[node.index].gradientRMS = meters[node.index].rootMeanSquare(raw(gradient))
  }

  /// Sources have no backward of their own: their gradient is whole when all others are done.
  func measureSources(_ outputs: UnsafeMutablePointer<OutputReading>) {
    for (index, node) in plan.network.nodes.enumerated() where node.operands.isEmpty {
      measureGradient(NodeID(index: index), outputs)
    }
  }
}
