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
}
