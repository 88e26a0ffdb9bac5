import Testing

@testable import Autodiff

/// Nodes that go over their tensors in one pass.
@Suite struct ElementwiseChainTests {
  /// Two stretches and a bit.
  private static let shape: Shape = [3, 11_003]

  /// A network of random elementwise ops on one large parameter; some take a second parameter, some
  /// something that was made before.
  private struct Sample {
    var network = Network()
    let loss: ValueID

    /// - Parameter pairs: Whether there may be activations that a sum's or a product's kernel applies.
    init(seed: UInt64, pairs: Bool = true) throws {
      var stream = RandomStream(seed: seed, name: "chains")
      var made = [network.addParameter("x", layer: "x", shape: ElementwiseChainTests.shape)]
      let count = 3 + Int(stream.uniform(0, 6))
      for index in 0..<count {
        let one: [any Primitive] =
          [
            GELU(), GELU(approximatesByTanh: true), SiLU(), Scale(factor: -0.7),
            Dropout(probability: 0.3, stream: UInt32(index)),
            Dropout(probability: 0, stream: UInt32(index)),
          ] + (pairs ? [ReLU(), Sigmoid(), Tanh(), LeakyReLU(), ELU()] : [])
        let two: [any Primitive] = [Add(), Sub(), Mul()]
        let (name, last) = ("op\(index)", made[made.count - 1])
        let choice = Int(stream.uniform(0, Float(one.count + 5)))
        if choice < one.count {
          made.append(try network.apply(one[choice], to: [last], name: name, layer: name))
          continue
        }
        // A parameter, or anything that was made.
        let other =
          stream.uniform(0, 1) < 0.5
          ? network.addParameter("p\(index)", layer: name, shape: ElementwiseChainTests.shape)
          : made[Int(stream.uniform(0, Float(made.count)))]
        let operands = stream.uniform(0, 1) < 0.5 ? [last, other] : [other, last]
        made.append(
          try network.apply(
            two[Int(stream.uniform(0, 3))], to: operands, name: name, layer: name))
      }
      loss = try network.apply(
        Mean(), to: [made[made.count - 1]], name: "loss", layer: "loss")
    }

    func executor(chains: Bool, _ change: (inout PlanOptions) -> Void = { _ in }) throws
      -> Executor
    {
      var options = PlanOptions()
      options.chainElements = chains ? 1000 : nil
      change(&options)
      let executor = try Executor(
        Plan(network, loss: loss, updateRule: SGD(momentum: 0.9), options: options))
      var stream = RandomStream(seed: 9, name: "weights")
      for parameter in network.parameters {
        let elements = executor.elements(of: parameter.value)
        for index in elements.indices { elements[index] = stream.uniform(-0.9, 0.9) }
      }
      return executor
    }
  }

  /// Losses, weights and gradients of two steps, with what was measured of each output.
  private struct Outcome: Equatable {
    var losses: [Double] = []
    var weights: [[Float]] = []
    var gradients: [[Float]] = []
    var gradientRMS: [[Float]] = []
    var means: [[Float?]] = []

    init(_ executor: Executor) {
      let network = executor.plan.network
      for step in 0..<2 {
        let outputs = [OutputReading](unsafeUninitializedCapacity: network.nodes.count) {
          list, count in
          count = network.nodes.count
          list.initialize(repeating: OutputReading())
          var times = [UInt64](repeating: 0, count: 2 * executor.plan.rows.count)
          times.withUnsafeMutableBufferPointer { times in
            var record = StepRecord()
            record.times = times.baseAddress
            record.outputs = list.baseAddress
            let rate = 1e3
            losses.append(
              executor.step(step, learningRate: rate, record: record) { _, _ in }.loss)
          }
        }
        gradientRMS.append(outputs.map { $0.hasGradient ? $0.gradientRMS : -1 })
        means.append(outputs.map { $0.isOutputThere ? $0.mean : nil })
      }
      weights = network.parameters.map { Array(executor.elements(of: $0.value)) }
      gradients = network.parameters.indices.map {
        executor.gradient(of: ParameterID(index: $0)).map(Array.init) ?? []
      }
    }
  }

  private func compare(_ sample: Sample, _ change: (inout PlanOptions) -> Void = { _ in }) throws {
    let together = try sample.executor(chains: true, change)
    let apart = try sample.executor(chains: false, change)
    let (one, other) = (Outcome(together), Outcome(apart))
    let names = "\(sample.network.nodes.map { type(of: $0.primitive).name })"
    #expect((one.losses == other.losses) as Bool, "losses of \(names)")
    #expect((one.gradients == other.gradients) as Bool, "gradients of \(names)")
    #expect((one.weights == other.weights) as Bool, "weights of \(names)")
    let pairs = Array(zip(one.gradientRMS.joined(), other.gradientRMS.joined()))
    #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * abs($1) }, "\(pairs) \(names)")
    let means = Array(zip(one.means.joined(), other.means.joined()))
    #expect(means.allSatisfy { $0 == nil || $1 == nil || $0 == $1 }, "\(means) \(names)")
    #expect(together.plan.rows.count <= apart.plan.rows.count)
    // In evaluation nothing is dropped.
    let losses = [together, apart].map { $0.evaluate(samples: 1, of: 1) { _ in }.loss }
    #expect(losses[0] == losses[1], "\(names)")
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func givesTheSameNumbersAsApart(_ seed: UInt64) throws {
    let sample = try Sample(seed: seed)
    try compare(sample) { $0.threads = 1 + Int(seed % 3) }
  }

  /// A pair rounds less often: what comes in between is not rounded to bfloat16.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func inBFloat16TheSameToo(_ seed: UInt64) throws {
    let sample = try Sample(seed: 100 + seed, pairs: false)
    for stored in [false, true] where !stored || KernelFactory.hasBFloat16 {
      try compare(sample) {
        $0.precision = .bfloat16
        ($0.storesBFloat16, $0.storedElements) = (stored, 0)
      }
    }
  }

  @Test func microBatchesAddUp() throws {
    try compare(try Sample(seed: 3)) {
      $0.accumulate = 3
      $0.threads = 2
    }
  }

  // MARK: - What becomes a chain

  private func plan(
    _ shape: Shape, _ change: (inout PlanOptions) -> Void = { _ in },
    _ build: (inout Network, ValueID) throws -> ValueID
  ) throws -> Plan {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: shape)
    let y = try build(&network, x)
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.chainElements = 1000
    change(&options)
    return try Plan(network, loss: loss, updateRule: SGD(), options: options)
  }

  private func line(
    _ primitives: [any Primitive]
  ) -> (inout Network, ValueID) throws -> ValueID {
    { network, x in
      var last = x
      for (index, primitive) in primitives.enumerated() {
        last = try network.apply(primitive, to: [last], name: "\(index)", layer: "\(index)")
      }
      return last
    }
  }

  private static let activationAndDropout: [any Primitive] = [
    GELU(), Dropout(probability: 0.1, stream: 1),
  ]

  @Test func isOneRowInEachDirection() throws {
    let plan = try plan(Self.shape, { _ in }, line(Self.activationAndDropout))
    #expect(plan.fusedWith.map { $0.map(\.index) } == [[1], [0], []])
    #expect(plan.isInChain == [true, true, false])
    #expect(
      plan.rows.filter { $0.node.index == 0 }.map(\.phase) == [.forward, .backward, .optimizer])
    #expect(!plan.rows.contains { $0.node.index == 1 })
  }

  /// What is in a core's cache anyway gains nothing, and is seen op by op.
  @Test func smallTensorsStayApart() throws {
    let plan = try plan([9, 100], { _ in }, line(Self.activationAndDropout))
    #expect(plan.fusedWith == [[], [], []])
  }

  @Test func anOrderOfItsOwnKeepsThemApart() throws {
    let plan = try plan(
      Self.shape,
      { options in
        let nodes = (0..<3).map { NodeID(index: $0) }
        options.order = StepOrder(
          nodes.map { .forward($0) } + [.forward(nodes[0])]
            + nodes.reversed().map { .backward($0) })
      }, line(Self.activationAndDropout))
    #expect(!plan.isInChain.contains(true))
  }

  /// Forward holds what comes in and what goes out, and of all in between two stretches.
  @Test func whatIsInBetweenTakesNoMemory() throws {
    let bytes = Self.shape.elementCount * 4
    let primitives: [any Primitive] = (2..<6).map { Scale(factor: Float($0)) }
    let together = try plan(Self.shape, { _ in }, line(primitives))
    let apart = try plan(Self.shape, { $0.chainElements = nil }, line(primitives))
    let live = { (plan: Plan) in
      plan.rows.filter { $0.phase == .forward }.map { $0.liveBytes.reduce(0, +) }.max() ?? 0
    }
    #expect(live(apart) >= 3 * bytes)
    #expect(live(together) < 2 * bytes + 3 * 4 * Pointwise.stretch)
  }

  /// What backward keeps is counted with the first node, whoever reads it.
  @Test func keptBytesAreAllCounted() throws {
    let build: (inout Network, ValueID) throws -> ValueID = { network, x in
      let p = network.addParameter("p", layer: "p", shape: Self.shape)
      let silu = try network.apply(SiLU(), to: [x], name: "silu", layer: "silu")
      return try network.apply(Mul(), to: [silu, p], name: "mul", layer: "mul")
    }
    let plans = try [nil, 1000].map { chain in
      try plan(Self.shape, { $0.chainElements = chain }, build)
    }
    #expect(plans.map { $0.isInChain[0] } == [false, true])
    for bytes in [\PlanRow.savedBytes, \PlanRow.freedBytes] {
      let sums = plans.map { plan in plan.rows.reduce(0) { $0 + $1[keyPath: bytes] } }
      #expect(sums[0] == sums[1] && sums[0] > 0)
    }
  }

  /// Sums hand all gradients on: their row in backward has no kernel, and another chain's sums of
  /// squares, made right before, are none of its own.
  @Test func gradientsThatAreHandedOnAreMeasured() throws {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: Self.shape)
    let made = try (0..<4).map { index in
      try network.apply(
        Identity(), to: [x], name: "r\(index)", layer: "r\(index)")
    }
    let t = try network.apply(Add(), to: [made[0], made[1]], name: "t", layer: "t")
    let s = try network.apply(Add(), to: [t, made[2]], name: "s", layer: "s")
    let u = try network.apply(SiLU(), to: [made[3]], name: "u", layer: "u")
    let v = try network.apply(Mul(), to: [u, s], name: "v", layer: "v")
    let loss = try network.apply(Sum(), to: [v], name: "loss", layer: "loss")
    let outcomes = try [nil, 1000].map { chain in
      var options = PlanOptions()
      options.chainElements = chain
      let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
      var stream = RandomStream(seed: 2, name: "x")
      let elements = executor.elements(of: x)
      for index in elements.indices { elements[index] = stream.uniform(-1, 1) }
      return Outcome(executor)
    }
    let pairs = Array(zip(outcomes[0].gradientRMS.joined(), outcomes[1].gradientRMS.joined()))
    #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * abs($0) }, "\(pairs)")
    #expect((outcomes[0].gradients == outcomes[1].gradients) as Bool)
  }

  /// A view of what is in between shows it, though no kernel reads it.
  @Test func aViewThatLeadsNowhereIsShown() throws {
    let plan = try plan(Self.shape) { network, x in
      let h = try network.apply(Scale(factor: 2), to: [x], name: "h", layer: "h")
      let y = try network.apply(Scale(factor: 3), to: [h], name: "y", layer: "y")
      _ = try network.apply(Identity(), to: [h], name: "view", layer: "view")
      return y
    }
    #expect(plan.isInChain == [true, true, false, false])
    let executor = try Executor(plan)
    executor.elements(of: ValueID(index: 0)).update(repeating: 1)
    let outcome = Outcome(executor)
    #expect(outcome.means[0][0] == 2 && outcome.means[0][2] == 2)
  }

  /// A sum with its activation is one kernel of oneDNN's, which is better still.
  @Test func aPairForOneKernelStaysAPair() throws {
    let pair = try plan(Self.shape) { network, x in
      let p = network.addParameter("p", layer: "p", shape: Self.shape)
      let sum = try network.apply(Add(), to: [x, p], name: "sum", layer: "sum")
      return try network.apply(ReLU(), to: [sum], name: "relu", layer: "relu")
    }
    #expect(pair.fusedWith[0] == [NodeID(index: 1)])
    #expect(!pair.isInChain.contains(true))
  }

  /// The gradient behind a ReLU whose output backward needs is measured, and so is that output.
  @Test func measuresWhatThereIs() throws {
    let plan = try plan(
      Self.shape, { _ in }, line([Scale(factor: 2), ReLU(), Scale(factor: 3)]))
    let executor = try Executor(plan)
    for index in executor.elements(of: ValueID(index: 0)).indices {
      executor.elements(of: ValueID(index: 0))[index] = index % 2 == 0 ? 1 : -1
    }
    let outputs = UnsafeMutablePointer<OutputReading>.allocate(capacity: 4)
    outputs.initialize(repeating: OutputReading(), count: 4)
    let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * plan.rows.count)
    defer {
      outputs.deallocate()
      times.deallocate()
    }
    var record = StepRecord()
    (record.outputs, record.times) = (outputs, times)
    _ = executor.step(0, learningRate: 0, record: record) { _, _ in }
    #expect((0..<3).map { outputs[$0].isOutputThere } == [false, true, true])
    #expect(abs(outputs[1].zeroFraction - 0.5) < 1e-3)
    #expect((0..<3).map { outputs[$0].hasGradient } == [true, true, true])
    #expect(outputs[2].gradientRMS == 1)
    #expect(abs(outputs[1].gradientRMS - 3) < 1e-4)
    #expect(abs(outputs[0].gradientRMS - 3 * Float(0.5).squareRoot()) < 1e-3)
  }

  /// A look into a step sees what goes into the chain and what comes out.
  @Test func inspectionSeesItsEnds() throws {
    let plan = try plan(
      Self.shape, { _ in }, line([Scale(factor: 2), Scale(factor: 3), Scale(factor: 4)]))
    let executor = try Executor(plan)
    executor.elements(of: ValueID(index: 0)).update(repeating: 1)
    var readings: [OpReading] = []
    var record = StepRecord()
    record.inspection = OpInspection { readings.append($0) }
    _ = executor.step(0, learningRate: 0, record: record) { _, _ in }
    let root = Double(Self.shape.elementCount).squareRoot()
    let chain = readings.filter { $0.node.index == 0 }
    #expect(chain.count == 2)
    #expect(chain.map { $0.inputs.map { ($0.norm / root).rounded() } } == [[1], [1]])
    #expect(chain.map { ($0.output?.norm ?? 0) / root }.map { $0.rounded() } == [24, 24])
    #expect(((chain[1].upstream?.norm ?? 0) / root).rounded() == 1)
    #expect(chain[1].outgoing.map { ($0.norm / root).rounded() } == [24])
  }
}
