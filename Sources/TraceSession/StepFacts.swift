public import TraceFormat

extension Step {
  /// Nanoseconds from the step's start to the end of each op.
  public var opEnds: [UInt64] {
    var end: UInt64 = 0
    return ops.node.indices.map { row in
      if row < ops.gap.count { end &+= ops.gap[row] }
      if row < ops.duration.count { end &+= ops.duration[row] }
      return end
    }
  }

  /// Samples per second; nil where the step took no time or had none.
  public var samplesPerSecond: Double? {
    samples > 0 && duration > 0 ? Double(samples) * 1e9 / Double(duration) : nil
  }

  /// Nanoseconds spent in `phase`; nil where phases were not measured.
  public func measuredTime(of phase: Phase) -> UInt64? {
    phaseTimes.isEmpty ? nil : time(of: phase)
  }

  /// The value of `scalar` in this step; nil where it was not measured.
  public func value(of scalar: Scalar) -> Double? {
    switch scalar {
    case .loss: loss
    case .accuracy: accuracy
    case .learningRate: learningRate
    case .duration: Double(duration)
    case .gradNorm: gradNorm
    case .clipFactor: clipFactor
    case .samplesPerSecond: samplesPerSecond
    case .dataTime: measuredTime(of: .data).map { Double($0) }
    case .forwardTime: measuredTime(of: .forward).map { Double($0) }
    case .recomputeTime: measuredTime(of: .recompute).map { Double($0) }
    case .backwardTime: measuredTime(of: .backward).map { Double($0) }
    case .optimizerTime: measuredTime(of: .optimizer).map { Double($0) }
    case .peakBytes: memory.peakBytes.map { Double($0) }
    case .activationBytes: memory.activation.max().map { Double($0) }
    }
  }
}

extension MemoryColumns {
  /// Bytes of all measured categories in `row`; nil where none was.
  public func totalBytes(at row: Int) -> UInt64? {
    var sum: UInt64?
    func add(_ column: [UInt64]) {
      if row < column.count { sum = (sum ?? 0) &+ column[row] }
    }
    // One by one: this is asked for each row, and a list of columns would be an allocation.
    add(parameter)
    add(optimizerState)
    add(input)
    add(temporary)
    add(activation)
    add(gradient)
    add(total)
    return sum
  }

  /// The most bytes that were live at once; nil where nothing was measured.
  public var peakBytes: UInt64? {
    var totals = [UInt64](repeating: 0, count: row.count)
    var isMeasured = false
    for column in [parameter, optimizerState, input, temporary, activation, gradient, total]
    where column.count == row.count {
      isMeasured = true
      for row in row.indices { totals[row] &+= column[row] }
    }
    return isMeasured ? totals.max() : nil
  }
}

extension ActivationColumns {
  /// The root mean square of the gradient in `row`; nil where there is none.
  public func measuredGradRMS(at row: Int) -> Float? {
    guard row < gradRMS.count else { return nil }
    return row < hasGradient.count && !hasGradient[row] ? nil : gradRMS[row]
  }

  /// Whether `row` is of a node as a whole, not of one time step of it.
  public func isWhole(_ row: Int) -> Bool {
    row >= timeStep.count || timeStep[row] < 0
  }
}

extension ParameterColumns {
  /// The gradient's norm in `row`; nil where there is none.
  public func measuredGradNorm(at row: Int) -> Float? {
    guard row < gradNorm.count else { return nil }
    return row < hasGradient.count && !hasGradient[row] ? nil : gradNorm[row]
  }

  /// Update norm over weight norm in `row`; nil where not measured, or where the weights are 0.
  public func updateRatio(at row: Int) -> Float? {
    guard row < updateNorm.count, row < weightNorm.count, weightNorm[row] != 0 else { return nil }
    return updateNorm[row] / weightNorm[row]
  }
}

extension GraphIndex {
  /// The L2 norm of what has the shape of the output of the node with `id`, by its root mean square.
  public func norm(ofOutput id: UInt32, rms: Float) -> Double? {
    elements(ofNode: id).map { Double(rms) * Double($0).squareRoot() }
  }
}
