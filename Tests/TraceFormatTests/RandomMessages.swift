import SeededNumbers

@testable import TraceFormat

/// Messages with something, or nothing, in each field.
struct RandomMessages {
  private var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  private mutating func bool() -> Bool { Bool.random(using: &generator) }

  /// Of all magnitudes, so that varints of all lengths come up.
  private mutating func number<Number: FixedWidthInteger & UnsignedInteger>() -> Number {
    Number.random(in: 0...(.max), using: &generator)
      >> Number(Int.random(in: 0...Number.bitWidth, using: &generator))
  }

  private mutating func text() -> String {
    ["", "a", "block1/layernorm.0", "∂L/∂y = Wᵀ·g", String(repeating: "x", count: 300)]
      .randomElement(using: &generator) ?? ""
  }

  private mutating func double() -> Double {
    [0, -0.0, 1.5, -1e300, .infinity, .pi].randomElement(using: &generator) ?? 0
  }

  private mutating func column<Element>(
    _ count: Int, _ element: (inout RandomMessages) -> Element
  ) -> [Element] {
    bool() ? (0..<count).map { _ in element(&self) } : []
  }

  private mutating func numbers<Number: FixedWidthInteger & UnsignedInteger>(
    _ count: Int
  ) -> [Number] {
    column(count) { $0.number() }
  }

  private mutating func floats(_ count: Int) -> [Float] {
    column(count) { Float($0.double()) }
  }

  private mutating func timeSteps(_ count: Int) -> [Int32] {
    column(count) { [-1, 0, 7, .max, .min].randomElement(using: &$0.generator) ?? 0 }
  }

  private mutating func someNumbers<Number: FixedWidthInteger & UnsignedInteger>() -> [Number] {
    numbers(Int.random(in: 0...4, using: &generator))
  }
}

extension RandomMessages {
  mutating func run() -> Run {
    var run = Run()
    (run.runID, run.name, run.modelText) = (text(), text(), text())
    (run.producer, run.version, run.host, run.device) = (text(), text(), text(), text())
    (run.seed, run.rank, run.worldSize) = (number(), number(), number())
    (run.wallClockOrigin, run.monotonicOrigin) = (number(), number())
    (run.isInstrumented, run.normsEvery) = (bool(), number())
    (run.plannedSteps, run.threads) = (number(), number())
    (run.precision, run.lossKind, run.isClassifier) = (text(), text(), bool())
    (run.arenaBytes, run.activationSampling) = (number(), text())
    return run
  }

  mutating func graph() -> Graph {
    var graph = Graph()
    graph.id = number()
    graph.nodes = column(3) { $0.node() }
    graph.tensors = column(2) { random in
      var tensor = Graph.Tensor()
      (tensor.id, tensor.storage) = (random.number(), random.number())
      (tensor.bytes, tensor.producer) = (random.number(), random.number())
      (tensor.neededBy, tensor.isFromBatch) = (random.someNumbers(), random.bool())
      return tensor
    }
    graph.parameters = column(2) { random in
      var parameter = Graph.Parameter()
      (parameter.id, parameter.name) = (random.number(), random.text())
      (parameter.layer, parameter.shape) = (random.text(), random.someNumbers())
      return parameter
    }
    graph.layers = column(2) { random in
      var layer = Graph.Layer()
      (layer.path, layer.kind) = (random.text(), random.text())
      (layer.isContainer, layer.isLoss) = (random.bool(), random.bool())
      return layer
    }
    return graph
  }

  private mutating func node() -> Graph.Node {
    var node = Graph.Node()
    (node.id, node.name, node.kind, node.layer) = (number(), text(), text(), text())
    (node.rule, node.backwardRule, node.dtype) = (text(), text(), text())
    (node.inputs, node.shape, node.parameters) = (someNumbers(), someNumbers(), someNumbers())
    (node.forwardFlops, node.backwardFlops, node.saved) = (number(), number(), someNumbers())
    (node.forwardWorkspaceBytes, node.backwardWorkspaceBytes) = (number(), number())
    (node.isRandom, node.hasSideEffects, node.isInPlace) = (bool(), bool(), bool())
    node.fusedWith = someNumbers()
    node.isInChain = bool()
    node.operands = column(2) { Graph.Operand(shape: $0.someNumbers(), dtype: $0.text()) }
    return node
  }

  mutating func step() -> Step {
    var step = Step()
    (step.index, step.graph, step.start, step.duration) = (number(), number(), number(), number())
    (step.loss, step.learningRate, step.samples) = (double(), double(), number())
    if bool() { (step.accuracy, step.gradNorm, step.clipFactor) = (double(), double(), double()) }
    if bool() { (step.loss, step.learningRate) = (nil, nil) }
    step.phaseTimes = someNumbers()
    step.ops = ops(rows())
    step.parameters = parameters(rows())
    step.activations = activations(rows())
    let count = rows()
    step.memory.row = (0..<count).map { _ in number() }
    (step.memory.parameter, step.memory.optimizerState) = (numbers(count), numbers(count))
    (step.memory.input, step.memory.temporary) = (numbers(count), numbers(count))
    (step.memory.activation, step.memory.gradient) = (numbers(count), numbers(count))
    step.memory.total = numbers(count)
    return step
  }

  mutating func finding() -> FindingRecord {
    var finding = FindingRecord()
    (finding.rule, finding.severity, finding.layer) = (text(), text(), text())
    (finding.parameter, finding.message, finding.isOpen) = (text(), text(), bool())
    (finding.firstStep, finding.lastStep) = (number(), number())
    (finding.value, finding.limit) = (bool() ? double() : nil, bool() ? double() : nil)
    finding.window = bool() ? number() : nil
    return finding
  }

  mutating func plan() -> PlanRecord {
    var plan = PlanRecord()
    (plan.firstStep, plan.peak, plan.storeAllPeak) = (number(), number(), number())
    (plan.budget, plan.predictedTime) = (bool() ? number() : nil, bool() ? number() : nil)
    (plan.verifiedSteps, plan.verifiedGradients) = (number(), number())
    plan.difference = text()
    plan.layers = (0..<rows()).map { _ in
      var layer = PlanRecord.Layer()
      (layer.path, layer.freed, layer.paid) = (text(), number(), number())
      layer.choice = bool() ? .recomputed : .offloaded
      return layer
    }
    return plan
  }

  private mutating func rows() -> Int { Int.random(in: 0...5, using: &generator) }

  private mutating func ops(_ count: Int) -> OpColumns {
    var ops = OpColumns()
    ops.node = (0..<count).map { _ in number() }
    ops.phase = column(count) { UInt8.random(in: 0...8, using: &$0.generator) }
    (ops.gap, ops.duration) = (numbers(count), numbers(count))
    (ops.savedBytes, ops.freedBytes) = (numbers(count), numbers(count))
    ops.timeStep = timeSteps(count)
    return ops
  }

  private mutating func parameters(_ count: Int) -> ParameterColumns {
    var parameters = ParameterColumns()
    parameters.parameter = (0..<count).map { _ in number() }
    parameters.hasGradient = column(count) { $0.bool() }
    (parameters.gradNorm, parameters.weightNorm) = (floats(count), floats(count))
    (parameters.updateNorm, parameters.nonFinite) = (floats(count), numbers(count))
    return parameters
  }

  private mutating func activations(_ count: Int) -> ActivationColumns {
    var activations = ActivationColumns()
    activations.node = (0..<count).map { _ in number() }
    (activations.timeStep, activations.gradRMS) = (timeSteps(count), floats(count))
    activations.hasGradient = column(count) { $0.bool() }
    (activations.mean, activations.std) = (floats(count), floats(count))
    (activations.min, activations.max) = (floats(count), floats(count))
    (activations.nonFinite, activations.zeroFraction) = (numbers(count), floats(count))
    (activations.units, activations.deadUnits) = (numbers(count), numbers(count))
    activations.saturatedUnits = numbers(count)
    return activations
  }
}

/// The message's bytes.
func encoded(_ encode: (inout ByteBuffer) -> Void) -> [UInt8] {
  var buffer = ByteBuffer()
  encode(&buffer)
  return Array(buffer.bytes)
}

extension RandomMessages {
  mutating func detail() -> Detail {
    var detail = Detail()
    (detail.step, detail.graph, detail.node, detail.row) = (number(), number(), number(), number())
    detail.phase = Phase.allCases.randomElement(using: &generator) ?? .forward
    detail.inputs = tensors()
    detail.output = tensors().first
    detail.upstream = tensors().first
    detail.outgoing = tensors()
    return detail
  }

  private mutating func tensors() -> [Detail.Tensor] {
    (0..<Int.random(in: 0...2, using: &generator)).map { _ in
      var tensor = Detail.Tensor()
      (tensor.name, tensor.shape, tensor.norm) = (text(), someNumbers(), double())
      (tensor.nonFinite, tensor.values, tensor.isAdded) = (number(), floats(3), bool())
      return tensor
    }
  }
}
