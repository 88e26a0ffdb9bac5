import TraceFormat

/// What is kept of all steps folded so far.
struct RunningFacts: Sendable {
  /// Blocks of a series that there is one of for each node or parameter: a screen is narrower.
  static let partCapacity = 512

  private(set) var scalars: [Series?] = Array(repeating: nil, count: Scalar.allCases.count)
  private(set) var outputGradNorms = SeriesTable(capacity: partCapacity)
  private(set) var parameterGradNorms = SeriesTable(capacity: partCapacity)
  private(set) var updateRatios = SeriesTable(capacity: partCapacity)
  private(set) var totals = OpTotals()

  /// The scalars that were ever measured.
  var measuredScalars: [Scalar: Series] {
    var measured: [Scalar: Series] = [:]
    for (scalar, series) in zip(Scalar.allCases, scalars) { measured[scalar] = series }
    return measured
  }

  /// Folds a step, whose nodes are those of `graph`.
  mutating func add(_ step: Step, at index: Int, graph: GraphIndex) {
    for (slot, scalar) in Scalar.allCases.enumerated() {
      guard let value = step.value(of: scalar) else { continue }
      if scalars[slot] == nil { scalars[slot] = Series() }
      scalars[slot]?.append(step: index, value: Float(value))
    }
    totals.add(step)
    addParameters(step.parameters, at: index)
    addActivations(step.activations, at: index, graph: graph)
  }

  private mutating func addParameters(_ columns: ParameterColumns, at index: Int) {
    for (row, id) in columns.parameter.enumerated() {
      if let norm = columns.measuredGradNorm(at: row) {
        parameterGradNorms.append(id, row: row, step: index, value: norm)
      }
      if let ratio = columns.updateRatio(at: row) {
        updateRatios.append(id, row: row, step: index, value: ratio)
      }
    }
  }

  private mutating func addActivations(
    _ columns: ActivationColumns, at index: Int, graph: GraphIndex
  ) {
    for (row, id) in columns.node.enumerated() where columns.isWhole(row) {
      guard let rms = columns.measuredGradRMS(at: row),
        let norm = graph.norm(ofOutput: id, rms: rms)
      else { continue }
      outputGradNorms.append(id, row: row, step: index, value: Float(norm))
    }
  }
}
