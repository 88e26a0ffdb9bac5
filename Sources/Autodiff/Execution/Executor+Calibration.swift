/// What a step and its measurement cost, in nanoseconds.
public struct MeasurementCost: Sendable {
  /// Forward and backward.
  public var step: UInt64
  /// Looking at every output and gradient.
  public var measurement: UInt64
}

extension Executor {
  /// Times forward and backward, and the measurement of all outputs, without changing weights.
  ///
  /// Also warms caches and kernels up.
  public func calibrate(load: (_ micro: Int, BatchTensors) -> Void) -> MeasurementCost {
    var cost = MeasurementCost(step: .max, measurement: .max)
    for _ in 0..<3 {
      cost.step = min(cost.step, timeGradients(load: load))
      cost.measurement = min(cost.measurement, timeMeasurement())
    }
    clearGradients()
    return cost
  }

  func timeGradients(load: (_ micro: Int, BatchTensors) -> Void) -> UInt64 {
    enter()
    setSituation(.rehearsal)
    let start = MonotonicClock.now()
    for part in plan.parts {
      switch part {
      case .data(let micro): load(micro, batch)
      case .ops(let rows, _): _ = run(rows, record: StepRecord(), step: 0, since: start)
      case .turn, .updates: break
      }
    }
    return MonotonicClock.now() - start
  }

  /// Looks at whatever stands where outputs and gradients stand.
  func timeMeasurement() -> UInt64 {
    let start = MonotonicClock.now()
    for row in plan.rows {
      var reading = OutputReading()
      for (node, tensor) in row.outputs {
        // Step -1 leaves no trace in the record of dead units.
        meters[node.index].measure(raw(tensor), step: -1, firstStep: -1, into: &reading)
      }
      guard row.phase == .backward else { continue }
      for node in row.nodes where !(row.squares?.nodes.contains(node) ?? false) {
        guard let gradient = plan.gradientTensors[plan.network[node].result.index] else { continue }
        reading.gradientRMS = meters[node.index].rootMeanSquare(raw(gradient))
      }
    }
    for row in plan.rows {
      guard let states = row.states else { continue }
      var reading = OutputReading()
      var state = floats(states.tensor)
      for meter in timeMeters[row.node.index] {
        meter.measure(state, step: -1, firstStep: -1, into: &reading)
        state += meter.count
      }
    }
    return MonotonicClock.now() - start
  }

  /// Gradients that pile up from step to step start at zero.
  func clearGradients() {
    guard !plan.options.zeroGrad else { return }
    for parameter in plan.network.parameters.indices {
      gradient(of: ParameterID(index: parameter))?.update(repeating: 0)
    }
  }
}
