extension Executor {
  func update(
    _ rows: Range<Int>, _ parameters: [[ParameterID]], learningRate: Double, record: StepRecord,
    into result: inout StepResult, since start: UInt64
  ) -> UInt64 {
    updates += 1
    var (scale, last) = (Float(1), start)
    if let limit = plan.options.clipNorm {
      // As torch.nn.utils.clip_grad_norm_ computes it.
      let factor = min(1, limit / (result.gradNorm + 1e-6))
      result.clipFactor = factor
      scale = Float(factor)
      last = MonotonicClock.now()
    }
    var total = 0.0
    for (row, list) in zip(rows, parameters) {
      for parameter in list {
        let sums = update(parameter, learningRate: learningRate, scale: scale)
        total += sums.gradient
        if let into = record.parameters { into[parameter.index] = sums }
      }
      if let times = record.times {
        let now = MonotonicClock.now()
        times[2 * row] = last
        times[2 * row + 1] = now
        last = now
      }
    }
    if let into = record.parameters { describeFrozen(into) }
    if plan.options.clipNorm == nil { result.gradNorm = total.squareRoot() }
    return MonotonicClock.now()
  }

  private func update(
    _ parameter: ParameterID, learningRate: Double, scale: Float
  ) -> UpdateSums {
    let value = plan.network[parameter].value
    guard let gradient = plan.gradientTensors[value.index] else { return UpdateSums() }
    let weights = floats(plan.valueTensors[value.index])
    let states = plan.stateTensors[parameter.index]
    let (rule, team) = (plan.updateRule, ThreadTeam(threads: plan.options.threads))
    let call = UpdateCall(
      weights: weights, gradient: UnsafePointer(floats(gradient)),
      first: states.count > 0 ? floats(states[0]) : weights,
      second: states.count > 1 ? floats(states[1]) : weights,
      third: states.count > 2 ? floats(states[2]) : weights,
      count: plan.network[value].shape.elementCount, learningRate: learningRate,
      update: updates, gradientScale: scale,
      gradientLimit: plan.options.clipValue.map { Float($0) } ?? .infinity)
    let sums = team.sum(over: call.count, .update(rule, call))
    // Clipping in PyTorch changes the gradients that later steps add to.
    if !plan.options.zeroGrad { clip(floats(gradient), call) }
    return sums
  }

  /// Measures the parameters that no gradient reaches: they keep their weights.
  private func describeFrozen(_ sums: UnsafeMutablePointer<UpdateSums>) {
    for index in plan.parameterHasGradient.indices where !plan.parameterHasGradient[index] {
      sums[index] = UpdateSums()
      let value = plan.network.parameters[index].value
      let weight =
        frozenWeights[index]
        ?? LineSums.squares(
          floats(plan.valueTensors[value.index]), count: plan.network[value].shape.elementCount)
      frozenWeights[index] = weight
      sums[index].weight = weight
    }
  }

  /// Measures the gradients of a step that is not followed by an update.
  func describeGradients(_ record: StepRecord, into result: inout StepResult) {
    var total = 0.0
    for (index, parameter) in plan.network.parameters.enumerated() {
      let value = parameter.value
      let count = plan.network[value].shape.elementCount
      let weights = floats(plan.valueTensors[value.index])
      var sums = UpdateSums()
      sums.weight = LineSums.squares(weights, count: count)
      if let tensor = plan.gradientTensors[value.index] {
        let gradient = floats(tensor)
        sums.gradient = LineSums.squares(gradient, count: count)
        sums.nonFinite = countNonFinite(gradient, count: count)
      }
      total += sums.gradient
      if let into = record.parameters { into[index] = sums }
    }
    result.gradNorm = total.squareRoot()
  }

  private func clip(_ gradient: UnsafeMutablePointer<Float>, _ call: UpdateCall) {
    guard call.gradientScale != 1 || call.gradientLimit.isFinite else { return }
    for index in 0..<call.count {
      let scaled = gradient[index] * call.gradientScale
      gradient[index] = max(-call.gradientLimit, min(call.gradientLimit, scaled))
    }
  }

  /// The norm of all gradients together, before clipping.
  func totalGradientNorm() -> Double {
    sumOverGradients { .squares($0) }.gradient.squareRoot()
  }

  private func sumOverGradients(
    _ loop: (UnsafePointer<Float>) -> ThreadTeam.Loop
  ) -> UpdateSums {
    var total = UpdateSums()
    for index in plan.network.parameters.indices {
      total.add(sum(overGradientOf: ParameterID(index: index), loop))
    }
    return total
  }

  private func sum(
    overGradientOf parameter: ParameterID, _ loop: (UnsafePointer<Float>) -> ThreadTeam.Loop
  ) -> UpdateSums {
    let value = plan.network[parameter].value
    guard let gradient = plan.gradientTensors[value.index] else { return UpdateSums() }
    return ThreadTeam(threads: plan.options.threads)
      .sum(over: plan.network[value].shape.elementCount, loop(floats(gradient)))
  }
}

// MARK: - NaN and Inf

extension Executor {
  /// Vectors, and the parameters of layers that have none.
  static func vectors(of network: Network) -> [ParameterID] {
    func isVector(_ parameter: Network.Parameter) -> Bool {
      network[parameter.value].shape.rank < 2
    }
    let layers = Set(network.parameters.filter(isVector).map(\.layer))
    return network.parameters.indices.map { ParameterID(index: $0) }.filter {
      isVector(network[$0]) || !layers.contains(network[$0].layer)
    }
  }

  /// Whether the gradients at which `watch` looks are finite, each element; a norm overflows before
  /// they do.
  func areGradientsFinite(_ watch: NonFiniteWatch) -> Bool {
    if watch == .vectors { return watched.allSatisfy(isGradientFinite) }
    return plan.network.parameters.indices.allSatisfy {
      isGradientFinite(ParameterID(index: $0))
    }
  }

  private func isGradientFinite(_ parameter: ParameterID) -> Bool {
    // What is not finite stays so in a sum: most of the time this is all it takes.
    sum(overGradientOf: parameter) { .elements($0) }.gradient.isFinite
      || sum(overGradientOf: parameter) { .nonFinite($0) }.nonFinite == 0
  }
}
