/// What a step and its measurement cost, in nanoseconds.
public struct MeasurementCost: Sendable {
  /// Forward and backward.
  public var step: UInt64
  /// Looking at every output and gradient.
  public var measurement: UInt64
}

extension Executor {
  /// Times forward and backward, with and without a look at all outputs, without changing weights.
  ///
  /// A look takes longer than the looking: what was in the cache has to make room. Also warms caches
  /// and kernels up.
  public func calibrate(load: (_ micro: Int, BatchTensors) -> Void) -> MeasurementCost {
    var (plain, seen, looking) = (UInt64.max, UInt64.max, UInt64.max)
    withUnsafeTemporaryAllocation(of: OutputReading.self, capacity: plan.readings.count) { list in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * plan.rows.count) { times in
        list.initialize(repeating: OutputReading())
        times.initialize(repeating: 0)
        var unseen = StepRecord()
        unseen.times = times.baseAddress
        var record = unseen
        record.outputs = list.baseAddress
        let begin = MonotonicClock.now()
        for round in 0..<8 where round < 3 || MonotonicClock.now() - begin < Self.patience {
          plain = min(plain, timeGradients(unseen, load: load))
          seen = min(seen, timeGradients(record, load: load))
          looking = min(looking, timeMeasurement())
        }
      }
    }
    situation.pointee.isMeasured = false
    clearGradients()
    return MeasurementCost(step: plain, measurement: max(looking, seen - min(seen, plain)))
  }

  /// Nanoseconds after which three rounds will do.
  private static let patience: UInt64 = 20_000_000

  private func timeGradients(
    _ record: StepRecord, load: (_ micro: Int, BatchTensors) -> Void
  ) -> UInt64 {
    enter()
    setSituation(.rehearsal)
    situation.pointee.isMeasured = record.outputs != nil
    let start = MonotonicClock.now()
    for part in plan.parts {
      switch part {
      case .data(let micro): load(micro, batch)
      // Step -1 leaves no trace in the record of dead units.
      case .ops(let rows, _): _ = run(rows, record: record, step: -1, since: start)
      case .turn, .updates: break
      }
    }
    return MonotonicClock.now() - start
  }

  /// Looks at whatever stands where outputs and gradients stand.
  private func timeMeasurement() -> UInt64 {
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
