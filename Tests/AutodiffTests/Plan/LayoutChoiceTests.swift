import Testing

@testable import Autodiff

@Suite struct LayoutChoiceTests {
  /// Two convolutions with what stands between them in networks for images, and a way round them.
  private struct Images {
    var network = Network()
    var loss = ValueID(index: 0)
    var values: [String: ValueID] = [:]
    private(set) var channels: Int

    init(channels: Int) throws {
      self.channels = channels
      let x = network.addParameter("x", layer: "x", shape: [2, 3, 6, 6])
      try add(Conv2d(geometry), [x, weight("w1", 3)], "conv1")
      try add(norm, [last, vector("scale"), vector("shift")], "bn")
      try add(ReLU(), [last], "relu")
      let short = last
      try add(Conv2d(geometry), [last, weight("w2", channels), vector("bias")], "conv2")
      try add(Tanh(), [last], "tanh")
      try add(Add(), [last, short], "sum")
      try add(Mul(), [last, last], "square")
    }

    private let geometry = ConvolutionGeometry(
      strides: [1, 1], padding: [1, 1], dilations: [1, 1])
    private let norm = BatchNorm2d(BatchNormOptions(tracksStatistics: false))
    private var last = ValueID(index: 0)

    mutating func add(_ primitive: any Primitive, _ operands: [ValueID], _ name: String) throws {
      last = try network.apply(primitive, to: operands, name: name, layer: name)
      values[name] = last
    }

    mutating func add(_ primitive: any Primitive, _ name: String, isInPlace: Bool = false) throws {
      last = try network.apply(
        primitive, to: [last], name: name, layer: name, isInPlace: isInPlace)
      values[name] = last
    }

    mutating func weight(_ name: String, _ inputs: Int) -> ValueID {
      network.addParameter(name, layer: name, shape: [channels, inputs, 3, 3])
    }

    mutating func vector(_ name: String) -> ValueID {
      network.addParameter(name, layer: name, shape: [channels])
    }

    /// Sums all, weighed.
    mutating func finish() throws {
      let shape = network[last].shape
      let c = network.addParameter("c", layer: "c", shape: shape)
      try add(Mul(), [last, c], "weighed")
      try add(Sum(), [last], "loss")
      loss = last
    }

    func executor(
      carriesLayouts: Bool, order: StepOrder? = nil, precision: Precision = .float32
    ) throws -> Executor {
      var options = PlanOptions()
      options.carriesLayouts = carriesLayouts
      options.order = order
      options.precision = precision
      let executor = try Executor(
        Plan(network, loss: loss, updateRule: SGD(), options: options))
      var stream = RandomStream(seed: 5, name: "layouts")
      for parameter in network.parameters {
        let elements = executor.elements(of: parameter.value)
        for index in elements.indices { elements[index] = stream.uniform(-0.7, 0.7) }
      }
      return executor
    }
  }

  private func gradients(_ executor: Executor) -> [[Float]] {
    _ = executor.step(0, learningRate: 0) { _, _ in }
    return executor.plan.network.parameters.indices.map {
      executor.gradient(of: ParameterID(index: $0)).map(Array.init) ?? []
    }
  }

  private func expectTheSame(
    _ images: Images, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (carried, plain) = (
      try images.executor(carriesLayouts: true), try images.executor(carriesLayouts: false)
    )
    #expect(carried.plan.layouts.contains { $0 != .plain }, sourceLocation: sourceLocation)
    for (index, pair) in zip(gradients(carried), gradients(plain)).enumerated() {
      #expect(
        distance(pair.0, pair.1) <= 2e-4, "\(images.network.parameters[index].name)",
        sourceLocation: sourceLocation)
    }
  }

  /// Behind the convolutions: something that takes any layout, and something that takes rows alone.
  @Test func givesTheGradientsOfRowOrder() throws {
    let tails: [[any Primitive]] = [
      [], [Flatten()], [MaxPool2d(PoolingGeometry(kernel: [2, 2])), Flatten()],
      [
        MaxPool2d(PoolingGeometry(kernel: [3, 2], strides: [1, 2], padding: [1, 0])),
        AvgPool2d(PoolingGeometry(kernel: [2, 2], padding: [1, 1])), Flatten(),
      ],
      [AdaptiveAvgPool2d(sizes: [1, 1]), Flatten(), Softmax(dimension: -1)],
      [Identity(), GroupNorm(groups: 2), Sigmoid()], [Softmax(dimension: 1), ReLU()],
    ]
    for tail in tails {
      var images = try Images(channels: 16)
      for (index, primitive) in tail.enumerated() { try images.add(primitive, "tail\(index)") }
      try images.finish()
      try expectTheSame(images)
    }
  }

  @Test func worksInPlace() throws {
    var images = try Images(channels: 16)
    try images.add(Scale(factor: 2), "scale")
    try images.add(ReLU(), "in place", isInPlace: true)
    try images.add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), "pool")
    try images.finish()
    try expectTheSame(images)
  }

  /// A block that would need padding is not carried on.
  @Test func standsInRowOrderWhereBlocksDoNotFit() throws {
    var images = try Images(channels: 5)
    try images.add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), "pool")
    try images.finish()
    let plan = try images.executor(carriesLayouts: true).plan
    #expect(plan.layouts.allSatisfy { $0.block == 1 || $0.block == 5 })
  }

  /// Nothing is reordered between the convolutions of a chain.
  @Test func reordersAtTheEndsAlone() throws {
    var images = try Images(channels: 16)
    try images.add(AdaptiveAvgPool2d(sizes: [1, 1]), "pool")
    try images.finish()
    let plan = try images.executor(carriesLayouts: true).plan
    let inside = ["bn", "relu", "tanh", "sum", "square", "pool"]
    for row in plan.rows where inside.contains(images.network[row.node].name) {
      #expect(!plan.kernels[row.kernels].contains { $0.name == "reorder" })
    }
  }

  @Test func recomputingGivesTheSameBits() throws {
    var images = try Images(channels: 16)
    try images.add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), "pool")
    try images.finish()
    let nodes = images.network.nodes.indices.map { NodeID(index: $0) }
    let order = StepOrder(
      nodes.map { .forward($0) } + nodes.prefix(6).map { .forward($0) }
        + nodes.reversed().map { .backward($0) })
    let (kept, again) = (
      try images.executor(carriesLayouts: true),
      try images.executor(carriesLayouts: true, order: order)
    )
    #expect(gradients(kept) == gradients(again))
  }

  /// What people are shown is in row order, and so are units.
  @Test func isShownInRowOrder() throws {
    var images = try Images(channels: 16)
    try images.add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), "pool")
    try images.finish()
    var shown: [[Float]] = []
    var measured: [[OutputReading]] = []
    for carries in [true, false] {
      let executor = try images.executor(carriesLayouts: carries)
      let outputs = UnsafeMutablePointer<OutputReading>.allocate(
        capacity: executor.plan.readings.count)
      defer { outputs.deallocate() }
      outputs.initialize(repeating: OutputReading(), count: executor.plan.readings.count)
      var record = StepRecord()
      record.outputs = outputs
      let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * executor.plan.rows.count)
      defer { times.deallocate() }
      record.times = times
      for step in 0..<50 {
        _ = executor.step(step, learningRate: 0, record: record) { _, _ in }
      }
      // Backward has used its place for something else.
      _ = executor.evaluate(samples: 1, of: 1, for: .rehearsal) { _ in }
      shown.append(executor.rowOrder(of: try #require(images.values["relu"])))
      measured.append((0..<executor.plan.readings.count).map { outputs[$0] })
    }
    #expect(distance(shown[0], shown[1]) <= 1e-5)
    for (carried, plain) in zip(measured[0], measured[1]) {
      #expect(carried.units == plain.units)
      #expect(carried.deadUnits == plain.deadUnits)
      #expect(abs(carried.mean - plain.mean) <= 1e-4)
      #expect(abs(carried.gradientRMS - plain.gradientRMS) <= 1e-4 * max(1, plain.gradientRMS))
      #expect(carried.zeroFraction == plain.zeroFraction)
    }
  }

  @Test func bfloat16IsRoundedInAnyOrder() throws {
    var images = try Images(channels: 16)
    try images.add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), "pool")
    try images.finish()
    let values = try [true, false].map {
      let executor = try images.executor(carriesLayouts: $0, precision: .bfloat16)
      _ = executor.evaluate(samples: 1, of: 1, for: .rehearsal) { _ in }
      return executor.rowOrder(of: try #require(images.values["relu"]))
    }
    #expect(distance(values[0], values[1]) <= 1e-2)
  }
}
