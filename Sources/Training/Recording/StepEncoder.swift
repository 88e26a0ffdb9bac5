internal import Autodiff
internal import TraceFormat

/// Turns what the training thread wrote down into a step of the trace.
///
/// The columns that never change (nodes, phases, bytes) come from the plan; its arrays are kept from
/// step to step.
struct StepEncoder {
  private let plan: Plan
  private let isInstrumented: Bool
  private let origin: UInt64
  private var step = Step()

  init(_ plan: Plan, isInstrumented: Bool, origin: UInt64) {
    self.plan = plan
    self.isInstrumented = isInstrumented
    self.origin = origin
    guard isInstrumented else { return }
    let rows = plan.rows
    step.ops.node = rows.map { UInt32($0.node.index) }
    step.ops.phase = rows.map { Self.phase($0.phase).rawValue }
    step.ops.savedBytes = rows.map { UInt64($0.savedBytes) }
    step.ops.freedBytes = rows.map { UInt64($0.freedBytes) }
    step.ops.gap = rows.map { _ in 0 }
    step.ops.duration = rows.map { _ in 0 }
    step.memory.row = rows.indices.map { UInt32($0) }
    func bytes(_ category: MemoryCategory) -> [UInt64] {
      rows.map { UInt64($0.liveBytes[category.rawValue]) }
    }
    step.memory.parameter = bytes(.parameter)
    step.memory.optimizerState = bytes(.optimizerState)
    step.memory.input = bytes(.input)
    step.memory.temporary = bytes(.temporary)
    step.memory.activation = bytes(.activation)
    step.memory.gradient = bytes(.gradient)
    let count = plan.network.parameters.count
    step.parameters.parameter = (0..<count).map { UInt32($0) }
    step.parameters.hasGradient = plan.parameterHasGradient
    step.parameters.gradNorm = Array(repeating: 0, count: count)
    step.parameters.weightNorm = Array(repeating: 0, count: count)
    step.parameters.updateNorm = Array(repeating: 0, count: count)
    step.parameters.nonFinite = Array(repeating: 0, count: count)
  }

  private static func phase(_ phase: PlanPhase) -> Phase {
    switch phase {
    case .forward: .forward
    case .recompute: .recompute
    case .backward: .backward
    case .optimizer: .optimizer
    case .offloadOut: .offloadOut
    case .offloadIn: .offloadIn
    }
  }

  /// The step in `slot`; valid until the next call.
  mutating func encode(_ slot: UnsafeMutablePointer<StepRing.Slot>) -> Step {
    let it = slot.pointee
    step.index = UInt64(it.index)
    step.start = it.start - origin
    step.duration = it.duration
    step.loss = it.result.loss
    step.accuracy = it.result.correct.map { Double($0.right) / Double(max(1, $0.of)) }
    step.learningRate = it.learningRate
    step.samples = UInt32(clamping: it.samples)
    step.phaseTimes.removeAll(keepingCapacity: true)
    guard isInstrumented else { return step }
    step.gradNorm = it.result.gradNorm
    step.clipFactor = it.result.clipFactor
    let phases = it.result.phases
    step.phaseTimes.append(contentsOf: [
      phases.forward, phases.recompute, phases.backward, phases.optimizer, 0, phases.data,
    ])
    if plan.offloadedBytes > 0 {
      step.phaseTimes.append(contentsOf: [phases.offloadOut, phases.offloadIn])
    }
    encodeOps(it)
    encodeParameters(it)
    encodeActivations(it)
    return it.result.isBroken ? withoutUpdate(step) : step
  }

  /// A step whose update was left out: nothing was measured of it.
  private func withoutUpdate(_ step: Step) -> Step {
    let rows = plan.rows.firstIndex { $0.phase == .optimizer } ?? plan.rows.count
    var step = step
    step.ops.keepFirst(rows)
    step.memory.keepFirst(rows)
    step.parameters.updateNorm = []
    return step
  }

  private mutating func encodeOps(_ slot: StepRing.Slot) {
    var last = slot.start
    for row in plan.rows.indices {
      let (start, end) = (slot.times[2 * row], slot.times[2 * row + 1])
      step.ops.gap[row] = start &- last
      step.ops.duration[row] = end &- start
      last = end
    }
  }

  private mutating func encodeParameters(_ slot: StepRing.Slot) {
    for index in step.parameters.parameter.indices {
      let sums = slot.parameters[index]
      step.parameters.gradNorm[index] = Float(sums.gradient.squareRoot())
      step.parameters.weightNorm[index] = Float(sums.weight.squareRoot())
      step.parameters.updateNorm[index] = Float(sums.change.squareRoot())
      step.parameters.nonFinite[index] = UInt64(sums.nonFinite)
    }
  }

  private mutating func encodeActivations(_ slot: StepRing.Slot) {
    step.activations.removeAll()
    guard slot.isMeasured else { return }
    for (index, place) in plan.readings.enumerated() {
      let reading = slot.outputs[index]
      step.activations.node.append(UInt32(place.node.index))
      step.activations.timeStep.append(Int32(clamping: place.timeStep ?? -1))
      step.activations.hasGradient.append(reading.hasGradient)
      step.activations.gradRMS.append(reading.gradientRMS)
      let isThere = reading.isOutputThere
      step.activations.mean.append(isThere ? reading.mean : .nan)
      step.activations.std.append(isThere ? reading.deviation : .nan)
      step.activations.min.append(isThere ? reading.minimum : .nan)
      step.activations.max.append(isThere ? reading.maximum : .nan)
      step.activations.nonFinite.append(UInt64(reading.nonFinite))
      step.activations.zeroFraction.append(isThere ? reading.zeroFraction : .nan)
      step.activations.units.append(UInt32(clamping: reading.units))
      step.activations.deadUnits.append(UInt32(clamping: reading.deadUnits))
      step.activations.saturatedUnits.append(UInt32(clamping: reading.saturatedUnits))
    }
  }
}

extension OpColumns {
  fileprivate mutating func keepFirst(_ rows: Int) {
    node.removeSubrange(rows...)
    phase.removeSubrange(rows...)
    gap.removeSubrange(rows...)
    duration.removeSubrange(rows...)
    savedBytes.removeSubrange(rows...)
    freedBytes.removeSubrange(rows...)
  }
}

extension MemoryColumns {
  fileprivate mutating func keepFirst(_ rows: Int) {
    row.removeSubrange(rows...)
    parameter.removeSubrange(rows...)
    optimizerState.removeSubrange(rows...)
    input.removeSubrange(rows...)
    temporary.removeSubrange(rows...)
    activation.removeSubrange(rows...)
    gradient.removeSubrange(rows...)
  }
}

extension ActivationColumns {
  /// Removes all rows and keeps the memory.
  fileprivate mutating func removeAll() {
    node.removeAll(keepingCapacity: true)
    timeStep.removeAll(keepingCapacity: true)
    hasGradient.removeAll(keepingCapacity: true)
    gradRMS.removeAll(keepingCapacity: true)
    mean.removeAll(keepingCapacity: true)
    std.removeAll(keepingCapacity: true)
    min.removeAll(keepingCapacity: true)
    max.removeAll(keepingCapacity: true)
    nonFinite.removeAll(keepingCapacity: true)
    zeroFraction.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    deadUnits.removeAll(keepingCapacity: true)
    saturatedUnits.removeAll(keepingCapacity: true)
  }
}
