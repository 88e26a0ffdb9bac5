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

// MARK: - From summaries

extension RunningFacts {
  /// Whether nothing was added.
  var isEmpty: Bool { scalars.allSatisfy { $0 == nil } }

  /// Puts the ops in the order in which they run, with what they save.
  mutating func expect(_ step: Step) {
    totals.expect(step)
  }

  /// Says how many steps the summaries are of.
  mutating func count(steps: UInt64) {
    totals.count(steps: steps)
  }

  /// Adds what a summary says of the steps in `extent`.
  mutating func add(_ summary: Summary, extent: ClosedRange<Int>) {
    guard let kind = SeriesKind(rawValue: summary.kind), !summary.id.isEmpty,
      summary.firstStep <= UInt64(extent.upperBound), summary.stride > 0
    else { return }
    for row in summary.count.indices {
      let block = Series.Block(summary, row)
      guard block.count > 0 else { continue }
      let id = summary.id[row % summary.id.count]
      let start = Int(summary.firstStep) + row / summary.id.count * Int(summary.stride)
      let steps = start...min(start + Int(summary.stride) - 1, max(start, extent.upperBound))
      add(block, of: kind, id, row: row % summary.id.count, steps, stride: Int(summary.stride))
    }
  }

  private mutating func add(
    _ block: Series.Block, of kind: SeriesKind, _ id: UInt32, row: Int, _ steps: ClosedRange<Int>,
    stride: Int
  ) {
    switch kind {
    case .outputGradNorm:
      outputGradNorms.append(id, row: row, block, steps, stride: stride)
    case .parameterGradNorm:
      parameterGradNorms.append(id, row: row, block, steps, stride: stride)
    case .updateRatio: updateRatios.append(id, row: row, block, steps, stride: stride)
    default:
      if let phase = kind.phase {
        totals.add(block, node: id, phase: phase)
      } else if let slot = Scalar.allCases.firstIndex(where: { $0.kind == kind }) {
        if scalars[slot] == nil { scalars[slot] = Series() }
        scalars[slot]?.append(block, steps, stride: stride)
      }
    }
  }

  /// Says what the first or the last step was exactly.
  mutating func note(_ step: Step, graph: GraphIndex) {
    let index = Int(clamping: step.index)
    for (slot, scalar) in Scalar.allCases.enumerated() {
      guard let value = step.value(of: scalar) else { continue }
      scalars[slot]?.note(step: index, value: Float(value))
    }
    step.forEachValue(elements: { graph.elements(ofNode: $0) }) { kind, _, id, value in
      switch kind {
      case .outputGradNorm: outputGradNorms.note(id, step: index, value: value)
      case .parameterGradNorm: parameterGradNorms.note(id, step: index, value: value)
      case .updateRatio: updateRatios.note(id, step: index, value: value)
      default: break
      }
    }
  }
}

extension Series.Block {
  /// A row of a summary.
  init(_ summary: Summary, _ row: Int) {
    let (count, nonFinite) = (
      summary.count[row], Swift.min(summary.nonFinite[row], summary.count[row])
    )
    self = .empty
    guard count > nonFinite else {
      (self.count, self.nonFinite) = (count, nonFinite)
      return
    }
    self.init(
      min: summary.minimum[row], mean: summary.mean[row], max: summary.maximum[row], count: count,
      nonFinite: nonFinite)
  }
}

extension Scalar {
  /// What summaries call it.
  fileprivate var kind: SeriesKind? {
    switch self {
    case .loss: .loss
    case .accuracy: .accuracy
    case .learningRate: .learningRate
    case .duration: .stepTime
    case .gradNorm: .gradNorm
    case .clipFactor: .clipFactor
    case .samplesPerSecond: .samplesPerSecond
    case .dataTime: .dataTime
    case .forwardTime: .forwardTime
    case .recomputeTime: .recomputeTime
    case .backwardTime: .backwardTime
    case .optimizerTime: .optimizerTime
    case .peakBytes: .peakBytes
    case .activationBytes: .activationBytes
    }
  }
}
