internal import COneDNN
import Glibc

/// Runs a plan: one arena, kernels with their addresses, and a walk over them at each step.
///
/// A step allocates nothing, looks nothing up and takes no lock (oneDNN's own calls apart). Use it
/// from one thread: oneDNN's threads belong to the thread that calls it.
public final class Executor {
  /// What is run.
  public let plan: Plan

  let arena: UnsafeMutableRawPointer
  private let readings: UnsafeMutablePointer<StepReadings>
  let situation: UnsafeMutablePointer<StepSituation>
  private let bodies: ContiguousArray<() -> Void>
  private let threads: ContiguousArray<Int32>
  /// By row; apart from what is only looked at now and then.
  private let rowKernels: ContiguousArray<Range<Int>>
  let meters: ContiguousArray<OutputMeter>
  /// By node, for those that go through time: a meter for each step, and where its readings start.
  let timeMeters: ContiguousArray<ContiguousArray<OutputMeter>>
  let firstTimeReading: ContiguousArray<Int>
  /// False once another executor goes on with them.
  private var ownsMeters = true
  private var currentThreads: Int32 = -1
  /// The thread that runs it.
  private var thread: pthread_t?
  /// How many updates there were.
  var updates = 0
  /// Σ w² of parameters that no gradient reaches: nothing changes them.
  var frozenWeights: [Int: Double] = [:]
  private(set) var firstMeasuredStep: Int?
  /// Nanoseconds that this pass has spent on looking at outputs: no part of the op's or the phase's.
  var measuring: UInt64 = 0
  private let sums: UnsafeMutablePointer<UpdateSums>
  /// The parameters at which `NonFiniteWatch.vectors` looks.
  let watched: [ParameterID]

  /// Allocates the arena and attaches kernels to it.
  ///
  /// Weights are zero until they are set.
  ///
  /// - Throws: `PlanError` where memory or a kernel cannot be had.
  public convenience init(_ plan: Plan) throws(PlanError) {
    try self.init(plan, store: nil)
  }

  /// The same, with a place for tensors that leave memory; needed where the plan has any do so.
  public convenience init(_ plan: Plan, store: (any OffloadStore)?) throws(PlanError) {
    try self.init(plan, after: nil, store: store)
  }

  private init(
    _ plan: Plan, after old: Executor?, store: (any OffloadStore)?
  ) throws(PlanError) {
    self.plan = plan
    guard let arena = Arena.allocate(bytes: plan.arenaBytes) else {
      throw .outOfMemory(bytes: plan.arenaBytes)
    }
    self.arena = arena
    readings = .allocate(capacity: 1)
    readings.initialize(to: StepReadings())
    situation = .allocate(capacity: 1)
    situation.initialize(to: StepSituation(seed: plan.options.seed))
    watched = Self.vectors(of: plan.network)
    sums = .allocate(capacity: max(1, plan.network.parameters.count))
    sums.initialize(repeating: UpdateSums(), count: max(1, plan.network.parameters.count))
    var bodies: ContiguousArray<() -> Void> = []
    do throws(KernelError) {
      for (kernel, scratch) in zip(plan.kernels, plan.scratch) {
        let space = scratch.map { arena + plan.offsets[$0.index] } ?? arena
        bodies.append(
          try kernel.bind(
            Addresses(
              base: arena, offsets: plan.offsets, scratch: space, readings: readings,
              situation: situation, store: store)))
      }
    } catch {
      throw .kernel(node: "", error)
    }
    self.bodies = bodies
    threads = ContiguousArray(plan.kernels.map { Int32($0.threads) })
    rowKernels = ContiguousArray(plan.rows.map(\.kernels))
    meters =
      old?.meters
      ?? ContiguousArray(
        zip(plan.network.nodes, plan.network.unitAxes).map { node, unitAxis in
          OutputMeter(
            plan.network[node.result].shape, unitAxis: unitAxis,
            layout: plan.layouts[node.result.index], type: plan.types[node.result.index],
            saturation: .of(node.primitive), threads: plan.options.threads)
        })
    (timeMeters, firstTimeReading) =
      old.map { ($0.timeMeters, $0.firstTimeReading) } ?? Self.timeMeters(plan)
    floats(plan.seed)[0] = 1 / Float(plan.options.accumulate)
    for (index, states) in plan.stateTensors.enumerated() {
      let count = plan.network[plan.network.parameters[index].value].shape.elementCount
      for state in states {
        floats(state).update(repeating: plan.updateRule.stateStart, count: count)
      }
    }
    for buffer in plan.network.buffers {
      elements(of: buffer.value).update(repeating: buffer.start)
    }
    for (index, value) in plan.network.values.enumerated() {
      if case .constant(let numbers) = value.origin {
        numbers.withUnsafeBufferPointer { source in
          guard let first = source.baseAddress else { return }
          floats(plan.valueTensors[index]).update(from: first, count: source.count)
        }
      }
    }
  }

  deinit {
    free(arena)
    readings.deallocate()
    situation.deallocate()
    sums.deallocate()
    guard ownsMeters else { return }
    for meter in meters { meter.deallocate() }
    for meter in timeMeters.joined() { meter.deallocate() }
  }

  /// Goes on where `other`, which runs another plan of the same network, has stopped: with its
  /// weights, its optimizer's state, its measurements.
  ///
  /// `other` must not be used any more.
  ///
  /// - Throws: `PlanError` where memory or a kernel cannot be had.
  public convenience init(
    _ plan: Plan, continuing other: Executor, store: (any OffloadStore)? = nil
  ) throws(PlanError) {
    precondition(plan.network.nodes.count == other.plan.network.nodes.count)
    try self.init(plan, after: other, store: store)
    other.ownsMeters = false
    updates = other.updates
    firstMeasuredStep = other.firstMeasuredStep
    for index in plan.network.values.indices {
      let value = ValueID(index: index)
      switch plan.network[value].origin {
      case .parameter, .buffer:
        _ = elements(of: value).update(from: other.elements(of: value))
      case .input, .target, .constant, .node: break
      }
    }
    for (index, states) in plan.stateTensors.enumerated() {
      let count = plan.network[plan.network.parameters[index].value].shape.elementCount
      for (state, old) in zip(states, other.plan.stateTensors[index]) {
        floats(state).update(from: other.floats(old), count: count)
      }
    }
    guard !plan.options.zeroGrad else { return }
    for parameter in plan.network.parameters.indices {
      let id = ParameterID(index: parameter)
      if let gradient = gradient(of: id), let old = other.gradient(of: id) {
        _ = gradient.update(from: old)
      }
    }
  }
}

// MARK: - Weights and values

extension Executor {
  /// The elements of a value in single precision, in the order in which they stand (`rowOrder(of:)`).
  ///
  /// They mean something for parameters at any time, for others right after the pass that makes them;
  /// for what a chain hands on inside itself never.
  public func elements(of value: ValueID) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: floats(plan.valueTensors[value.index]),
      count: plan.network[value].shape.elementCount)
  }

  /// The gradient of a parameter as the last step left it, until the next pass; nil where it gets
  /// none.
  public func gradient(of parameter: ParameterID) -> UnsafeMutableBufferPointer<Float>? {
    let value = plan.network[parameter].value
    guard let tensor = plan.gradientTensors[value.index] else { return nil }
    return UnsafeMutableBufferPointer(
      start: floats(tensor), count: plan.network[value].shape.elementCount)
  }

  /// The elements of a value right after the pass that makes them, in row order.
  public func rowOrder(of value: ValueID) -> [Float] {
    rowOrder(plan.valueTensors[value.index], like: value)
  }

  /// The elements of a tensor that stands as a value does, in row order.
  func rowOrder(_ tensor: TensorID, like value: ValueID) -> [Float] {
    let shape = plan.network[value].shape
    let elements =
      plan.types[value.index] == .bfloat16
      ? UnsafeBufferPointer(
        start: raw(tensor).assumingMemoryBound(to: BFloat16.self), count: shape.elementCount
      ).map(\.number)
      : Array(UnsafeBufferPointer(start: floats(tensor), count: shape.elementCount))
    return plan.layouts[value.index].rowOrder(elements, shape)
  }

  func raw(_ tensor: TensorID) -> UnsafeMutableRawPointer { arena + plan.offsets[tensor.index] }

  func floats(_ tensor: TensorID) -> UnsafeMutablePointer<Float> {
    raw(tensor).assumingMemoryBound(to: Float.self)
  }

  var batch: BatchTensors {
    var (inputs, targets): (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
    var classes: UnsafeMutablePointer<Int32>?
    for (index, value) in plan.network.values.enumerated() {
      let tensor = plan.valueTensors[index]
      switch (value.origin, value.type) {
      case (.input, _): inputs = floats(tensor)
      case (.target, .float32): targets = floats(tensor)
      case (.target, .int32):
        classes = raw(tensor).assumingMemoryBound(to: Int32.self)
      default: break
      }
    }
    return BatchTensors(inputs: inputs, targets: targets, classes: classes)
  }
}

// MARK: - Running

extension Executor {
  /// One training step.
  ///
  /// - Parameters:
  ///   - index: Which step, for measurements over several steps.
  ///   - load: Puts the batch of a micro-batch in place.
  public func step(
    _ index: Int, learningRate: Double, record: StepRecord = StepRecord(),
    load: (_ micro: Int, BatchTensors) -> Void
  ) -> StepResult {
    var result = StepResult()
    let batch = batch
    enter()
    readings.pointee = StepReadings()
    situation.pointee.purpose = .training
    situation.pointee.step = index
    situation.pointee.isMeasured = record.outputs != nil
    if record.outputs != nil, firstMeasuredStep == nil { firstMeasuredStep = index }
    var last = MonotonicClock.now()
    for part in plan.parts {
      switch part {
      case .data(let micro):
        situation.pointee.micro = micro
        load(micro, batch)
        let now = MonotonicClock.now()
        result.phases.data += now - last
        last = now
      case .ops(let rows, let phase):
        let start = last
        measuring = 0
        // What runs again draws the same numbers, and changes nothing that outlives the pass.
        situation.pointee.purpose = phase == .recompute ? .rehearsal : .training
        if let inspection = record.inspection {
          last = inspect(rows, inspection, record: record, step: index, since: last)
        } else {
          last = run(rows, record: record, step: index, since: last)
        }
        let duration = last - start - measuring
        switch phase {
        case .forward: result.phases.forward += duration
        case .recompute: result.phases.recompute += duration
        case .offloadOut: result.phases.offloadOut += duration
        case .offloadIn: result.phases.offloadIn += duration
        case .backward, .optimizer: result.phases.backward += duration
        }
      case .turn: result.loss += Double(elements(of: plan.loss)[0])
      case .updates(let rows, let parameters):
        if let outputs = record.outputs { measureSources(outputs) }
        var start = MonotonicClock.now()
        let isClipped = plan.options.clipNorm != nil
        if isClipped { result.gradNorm = totalGradientNorm() }
        if record.watch != .off {
          let isNormFinite = isClipped && result.gradNorm.isFinite
          guard result.loss.isFinite, isNormFinite || areGradientsFinite(record.watch) else {
            result.isBroken = true
            describeGradients(record, into: &result)
            break
          }
          // The look is no part of the update.
          if !isClipped { start = MonotonicClock.now() }
        }
        last = update(
          rows, parameters, learningRate: learningRate, record: record, into: &result,
          since: start)
        result.phases.optimizer += last - start
      }
    }
    result.loss /= Double(plan.options.accumulate)
    if readings.pointee.judged > 0 {
      result.correct = (readings.pointee.correct, readings.pointee.judged)
    }
    return result
  }

  /// Forward alone: the loss of a batch, and how many of its first `samples` were right.
  ///
  /// - Parameters:
  ///   - count: How many samples the batch has.
  ///   - purpose: Whether nodes behave as in training or as in evaluation.
  public func evaluate(
    samples: Int, of count: Int, for purpose: ForwardPurpose = .evaluation,
    load: (BatchTensors) -> Void
  ) -> (loss: Double, correct: Int, judged: Int) {
    enter()
    readings.pointee = StepReadings()
    setSituation(purpose)
    readings.pointee.samples = (samples, count)
    load(batch)
    pass: for part in plan.parts {
      switch part {
      case .ops(let rows, .forward): _ = run(rows, record: StepRecord(), step: 0, since: 0)
      case .turn: break pass
      case .ops, .data, .updates: continue
      }
    }
    let readings = readings.pointee
    return (Double(elements(of: plan.loss)[0]), readings.correct, readings.judged)
  }

  /// Has this thread, and the pool that it will start, take numbers below 1.2e-38 as 0.
  ///
  /// Processors need many times as long for these. They come up where gradients vanish, in their
  /// squares above all, and change no weight: behind 60 sigmoids a step takes three quarters.
  func enter() {
    let current = pthread_self()
    guard thread != current else { return }
    thread = current
    gradtop_flush_denormals()
  }

  /// Forward is run for `purpose`, as the first micro-batch of step 0.
  func setSituation(_ purpose: ForwardPurpose) {
    situation.pointee = StepSituation(purpose: purpose, seed: plan.options.seed)
  }

  /// Runs rows and returns when they ended.
  func run(
    _ rows: Range<Int>, record: StepRecord, step: Int, since start: UInt64
  ) -> UInt64 {
    guard let times = record.times else {
      for row in rows { runKernels(rowKernels[row]) }
      return MonotonicClock.now()
    }
    var last = start
    for row in rows {
      if let outputs = record.outputs, plan.rows[row].phase == .backward {
        measureGradient(plan.rows[row].nodes.last ?? plan.rows[row].node, outputs)
        last = noteMeasuring(since: last)
      }
      runKernels(rowKernels[row])
      let now = MonotonicClock.now()
      times[2 * row] = last
      times[2 * row + 1] = now
      last = now
      if let outputs = record.outputs {
        measure(plan.rows[row], step: step, outputs)
        last = noteMeasuring(since: last)
      }
    }
    return last
  }

  @inline(__always)
  private func runKernels(_ kernels: Range<Int>) {
    for kernel in kernels {
      let wanted = threads[kernel]
      if wanted != currentThreads {
        omp_set_num_threads(wanted)
        currentThreads = wanted
      }
      bodies[kernel]()
    }
  }
}
