/// What a series over steps is of; those up to 31 are of the step itself.
public enum SeriesKind: UInt32, CaseIterable, Sendable {
  case loss, accuracy, learningRate, stepTime, gradNorm, clipFactor, samplesPerSecond
  case dataTime, forwardTime, recomputeTime, backwardTime, optimizerTime
  case peakBytes, activationBytes
  /// By node: L2 norm of ∂L/∂output.
  case outputGradNorm = 32
  /// By parameter: L2 norm of the gradient, before clipping.
  case parameterGradNorm
  /// By parameter: update norm over weight norm.
  case updateRatio
  /// By node: nanoseconds of one call, a kind for each phase, in the order of `Phase`.
  case forwardOpTime = 48
  case recomputeOpTime, backwardOpTime, optimizerOpTime, zeroGradOpTime, dataOpTime
  case offloadOutOpTime, offloadInOpTime, collectiveOpTime

  /// The times of ops in `phase`.
  public init(timesOf phase: Phase) {
    self = Self(rawValue: Self.forwardOpTime.rawValue + UInt32(phase.rawValue)) ?? .forwardOpTime
  }

  /// The phase that it has times of.
  public var phase: Phase? {
    guard rawValue >= Self.forwardOpTime.rawValue else { return nil }
    return Phase(rawValue: UInt8(rawValue - Self.forwardOpTime.rawValue))
  }

  /// Those that a step has one value of at most.
  public static let ofSteps = allCases.filter { $0.rawValue < 32 }
}

extension Step {
  /// The value of a kind that is of the step itself; nil where it was not measured.
  public func measured(_ kind: SeriesKind) -> Double? {
    switch kind {
    case .loss: loss
    case .accuracy: accuracy
    case .learningRate: learningRate
    case .stepTime: Double(duration)
    case .gradNorm: gradNorm
    case .clipFactor: clipFactor
    case .samplesPerSecond:
      samples > 0 && duration > 0 ? Double(samples) * 1e9 / Double(duration) : nil
    case .dataTime: time(.data)
    case .forwardTime: time(.forward)
    case .recomputeTime: time(.recompute)
    case .backwardTime: time(.backward)
    case .optimizerTime: time(.optimizer)
    case .peakBytes: memory.mostBytes
    case .activationBytes: memory.activation.max().map { Double($0) }
    default: nil
    }
  }

  private func time(_ phase: Phase) -> Double? {
    phaseTimes.isEmpty ? nil : Double(time(of: phase))
  }

  /// Calls `body` with each value of the kinds that are of nodes and parameters, and its row.
  ///
  /// - Parameter elements: of the output of the node with an id; nil where the graph has none.
  public func forEachValue(
    elements: (UInt32) -> UInt64?,
    _ body: (_ kind: SeriesKind, _ row: Int, _ id: UInt32, _ value: Float) -> Void
  ) {
    forEachOpTime(body)
    for (row, id) in parameters.parameter.enumerated() {
      if row < parameters.gradNorm.count,
        row >= parameters.hasGradient.count || parameters.hasGradient[row]
      {
        body(.parameterGradNorm, row, id, parameters.gradNorm[row])
      }
      if row < parameters.updateNorm.count, row < parameters.weightNorm.count,
        parameters.weightNorm[row] != 0
      {
        body(.updateRatio, row, id, parameters.updateNorm[row] / parameters.weightNorm[row])
      }
    }
    for (row, id) in activations.node.enumerated() {
      // Of a node as a whole, not of one time step of it.
      guard row >= activations.timeStep.count || activations.timeStep[row] < 0,
        row < activations.gradRMS.count,
        row >= activations.hasGradient.count || activations.hasGradient[row],
        let elements = elements(id)
      else { continue }
      let norm = Double(activations.gradRMS[row]) * Double(elements).squareRoot()
      body(.outputGradNorm, row, id, Float(norm))
    }
  }

  private func forEachOpTime(_ body: (SeriesKind, Int, UInt32, Float) -> Void) {
    guard ops.duration.count == ops.node.count, ops.phase.count == ops.node.count else { return }
    for (row, id) in ops.node.enumerated() {
      guard let phase = Phase(rawValue: ops.phase[row]) else { continue }
      body(SeriesKind(timesOf: phase), row, id, Float(ops.duration[row]))
    }
  }
}

extension MemoryColumns {
  /// The most bytes that were live at once; nil where nothing was measured.
  var mostBytes: Double? {
    var most: UInt64?
    func value(_ column: [UInt64], _ index: Int) -> UInt64? {
      column.count == row.count ? column[index] : nil
    }
    for index in row.indices {
      var total: UInt64?
      if let bytes = value(parameter, index) { total = (total ?? 0) &+ bytes }
      if let bytes = value(optimizerState, index) { total = (total ?? 0) &+ bytes }
      if let bytes = value(input, index) { total = (total ?? 0) &+ bytes }
      if let bytes = value(temporary, index) { total = (total ?? 0) &+ bytes }
      if let bytes = value(activation, index) { total = (total ?? 0) &+ bytes }
      if let bytes = value(gradient, index) { total = (total ?? 0) &+ bytes }
      if let total { most = max(most ?? 0, total) }
    }
    return most.map { Double($0) }
  }
}
