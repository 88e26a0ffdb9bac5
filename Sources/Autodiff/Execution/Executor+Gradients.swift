/// Looking at outputs and their gradients while they stand in the arena.
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

  /// Looks at what a row has left.
  func measure(_ row: PlanRow, step: Int, _ outputs: UnsafeMutablePointer<OutputReading>) {
    switch row.phase {
    case .forward: measureOutputs(row, step: step, outputs)
    case .backward:
      measureStateGradients(row, outputs)
      if row.nodes.count > 1 { measureInnerGradients(row, outputs) }
    case .recompute, .optimizer, .offloadOut, .offloadIn: break
    }
  }

  /// Takes over or measures the gradients between the nodes of a row, after it.
  private func measureInnerGradients(_ row: PlanRow, _ outputs: UnsafeMutablePointer<OutputReading>)
  {
    guard let squares = row.squares else {
      for node in row.nodes.dropLast() { measureGradient(node, outputs) }
      return
    }
    let sums = raw(squares.tensor).assumingMemoryBound(to: Double.self)
    for (position, node) in squares.nodes.enumerated() {
      var sum = 0.0
      for thread in 0..<squares.threads { sum += sums[thread * squares.nodes.count + position] }
      outputs[node.index].hasGradient = true
      outputs[node.index].gradientRMS = Float((sum / Double(meters[node.index].count)).squareRoot())
    }
  }

  /// Looks at what a forward row has made.
  private func measureOutputs(
    _ row: PlanRow, step: Int, _ outputs: UnsafeMutablePointer<OutputReading>
  ) {
    let first = firstMeasuredStep ?? step
    for (node, tensor) in row.outputs {
      meters[node.index].measure(
        raw(tensor), step: step, firstStep: first, into: &outputs[node.index])
    }
    measureStates(row, step: step, firstStep: first, outputs)
    guard row.nodes.count > 1, let last = row.nodes.last else { return }
    for node in row.nodes where !row.outputs.contains(where: { $0.node == node }) {
      // What it had of NaN and Inf is seen where it comes out, mostly; a look at each op tells more.
      outputs[node.index].isOutputThere = false
      outputs[node.index].nonFinite = outputs[last.index].nonFinite
    }
  }

  /// Sources have no backward of their own: their gradient is whole when all others are done.
  func measureSources(_ outputs: UnsafeMutablePointer<OutputReading>) {
    for (index, node) in plan.network.nodes.enumerated() where node.operands.isEmpty {
      measureGradient(NodeID(index: index), outputs)
    }
  }
}
