extension Executor {
  static func timeMeters(
    _ plan: Plan
  ) -> (ContiguousArray<ContiguousArray<OutputMeter>>, ContiguousArray<Int>) {
    let nodes = plan.network.nodes
    var meters = ContiguousArray(nodes.map { _ in ContiguousArray<OutputMeter>() })
    var first = ContiguousArray(nodes.map { _ in 0 })
    let shapes = Dictionary(
      plan.rows.compactMap { row in row.states.map { (row.node.index, $0.shape) } }
    ) { first, _ in first }
    for (index, place) in plan.readings.enumerated() where place.timeStep != nil {
      let node = place.node.index
      if meters[node].isEmpty { first[node] = index }
      let state = Shape(Array(shapes[node]?.sizes.dropFirst() ?? []))
      meters[node].append(
        OutputMeter(
          state, saturation: .of(nodes[node].primitive), threads: plan.options.threads))
    }
    return (meters, first)
  }

  /// Looks at each state of a forward row that goes through time.
  func measureStates(
    _ row: PlanRow, step: Int, firstStep: Int, _ outputs: UnsafeMutablePointer<OutputReading>
  ) {
    guard let states = row.states else { return }
    var state = floats(states.tensor)
    let (node, readings) = (row.node.index, outputs + firstTimeReading[row.node.index])
    for t in timeMeters[node].indices {
      timeMeters[node][t].measure(state, step: step, firstStep: firstStep, into: &readings[t])
      state += timeMeters[node][t].count
    }
  }

  /// Takes over the gradients' norms that a backward row through time has left.
  func measureStateGradients(_ row: PlanRow, _ outputs: UnsafeMutablePointer<OutputReading>) {
    guard let tensor = row.timeNorms else { return }
    let (norms, node) = (floats(tensor), row.node.index)
    let readings = outputs + firstTimeReading[node]
    for t in timeMeters[node].indices {
      readings[t].hasGradient = true
      readings[t].gradientRMS = norms[t]
    }
  }
}

extension OutputMeter.Saturation {
  /// What the results of a primitive saturate at.
  static func of(_ primitive: any Primitive) -> Self {
    switch primitive {
    case is Tanh: .tanh
    case let recurrent as RNN where recurrent.nonlinearity == .tanh: .tanh
    case is Sigmoid: .sigmoid
    default: .none
    }
  }
}
