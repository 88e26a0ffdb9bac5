import Testing

@testable import Autodiff

/// What a look into a step sees.
@Suite struct InspectionTests {
  /// (w x + b)² at x = 2, w = 3, b = 1.
  private func workedExample() throws -> (Executor, Network) {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [])
    let w = network.addParameter("w", layer: "w", shape: [])
    let b = network.addParameter("b", layer: "b", shape: [])
    let product = try network.apply(Mul(), to: [w, x], name: "wx", layer: "wx")
    let sum = try network.apply(Add(), to: [product, b], name: "y", layer: "y")
    let square = try network.apply(Pow(exponent: 2), to: [sum], name: "L", layer: "L")
    let executor = try Executor(
      Plan(network, loss: square, updateRule: SGD(), options: PlanOptions()))
    for (value, number) in [(x, 2), (w, 3), (b, 1)] as [(ValueID, Float)] {
      executor.elements(of: value)[0] = number
    }
    return (executor, network)
  }

  private func readings(_ run: (StepRecord) -> Void) -> [OpReading] {
    var readings: [OpReading] = []
    var record = StepRecord()
    record.inspection = OpInspection { readings.append($0) }
    run(record)
    return readings
  }

  @Test func followsTheWorkedExampleByHand() throws {
    let (executor, network) = try workedExample()
    let all = readings { record in
      _ = executor.step(0, learningRate: 0, record: record) { _, _ in }
    }
    let backward = all.filter { $0.phase == .backward }
    #expect(backward.map { network[$0.node].name } == ["L", "y", "wx"])
    #expect(backward.map { $0.upstream?.elements } == [[1], [14], [14]])
    #expect(backward.map { $0.outgoing.map(\.elements) } == [[[14]], [[14], [14]], [[28], [42]]])
    #expect(backward.map { $0.inputs.map(\.elements) } == [[[7]], [[6], [1]], [[3], [2]]])
    let forward = all.filter { $0.phase == .forward }
    #expect(forward.map { $0.output?.elements } == [[6], [7], [49]])
    #expect(forward.allSatisfy { $0.upstream == nil && $0.outgoing.isEmpty })
  }

  /// Looking changes nothing.
  @Test func aStepComesOutTheSame() throws {
    let (seen, unseen) = (try TinyTraining(), try TinyTraining())
    for step in 0..<3 {
      let all = readings { record in seen.step(step, record: record) }
      unseen.step(step)
      #expect(all.count == seen.executor.plan.rows.count { $0.phase != .optimizer })
      #expect(seen.weights == unseen.weights)
    }
  }

  /// A gradient to which several ops add is told apart.
  @Test func tellsThePartOfEachOp() throws {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [2])
    let tanh = try network.apply(Tanh(), to: [x], name: "tanh", layer: "a")
    let sum = try network.apply(Add(), to: [x, tanh], name: "skip", layer: "a")
    let loss = try network.apply(Sum(), to: [sum], name: "loss", layer: "loss")
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
    let all = readings { record in
      _ = executor.step(0, learningRate: 0, record: record) { _, _ in }
    }
    let parts = all.filter { $0.phase == .backward }.flatMap(\.outgoing).filter { $0.value == x }
    // At 0, tanh passes on all that arrives; so does the skip.
    #expect(parts.map(\.elements) == [[1, 1], [1, 1]])
    #expect(parts.map(\.isAdded) == [false, true])
    #expect(executor.gradient(of: ParameterID(index: 0)).map(Array.init) == [2, 2])
  }

  @Test func gradientsPileUpOverMicroBatches() throws {
    let training = try TinyTraining { $0.accumulate = 2 }
    let all = readings { record in training.step(0, record: record) }
    let weight = training.executor.plan.network.parameters[0].value
    let parts = all.flatMap(\.outgoing).filter { $0.value == weight }
    #expect(parts.map(\.isAdded) == [false, true])
    let total = zip(parts[0].elements, parts[1].elements).map { $0 + $1 }
    #expect(distance(total, Array(training.gradients.prefix(35))) < 1e-6)
  }

  @Test func largeTensorsHaveOnlyNorms() throws {
    let training = try TinyTraining(batch: 64)
    let all = readings { record in training.step(0, record: record) }
    let output = try #require(all[0].output)
    #expect(output.elements.isEmpty)
    #expect(output.norm > 0 && output.nonFinite == 0)
  }

  @Test func stopsBeforeAnUpdateThatIsNotFinite() throws {
    let training = try TinyTraining()
    var record = StepRecord()
    record.watch = .everything
    #expect(!training.step(0, record: record).isBroken)
    let before = training.weights
    let result = training.step(1, record: record, scale: .infinity)
    #expect(result.isBroken)
    #expect(training.weights == before)
    let all = readings { record in
      var record = record
      record.watch = .everything
      training.step(1, record: record, scale: .infinity)
    }
    #expect(all.first { ($0.output?.nonFinite ?? 0) > 0 }?.node == NodeID(index: 0))
  }

  /// A NaN in the gradient of a layer's output comes to its bias: that is enough to look at.
  @Test func theBriefLookIsAtVectorsAndAtLayersWithoutThem() throws {
    var network = Network()
    for (name, layer, shape) in [
      ("a.weight", "a", Shape([3, 4])), ("a.bias", "a", [3]), ("b.weight", "b", [2, 3]),
      ("c.weight", "c", [3]), ("c.bias", "c", [3]),
    ] { _ = network.addParameter(name, layer: layer, shape: shape) }
    #expect(Executor.vectors(of: network).map(\.index) == [1, 2, 3, 4])
  }

  @Test(arguments: [NonFiniteWatch.vectors, .everything])
  func aGradientThatIsNotFiniteStopsTheUpdate(_ watch: NonFiniteWatch) throws {
    // d √|w| at w = 0: the loss is 0, the gradient infinite.
    var network = Network()
    let w = network.addParameter("w", layer: "w", shape: [2, 2])
    let root = try network.apply(Pow(exponent: 0.5), to: [w], name: "root", layer: "root")
    let loss = try network.apply(Sum(), to: [root], name: "loss", layer: "loss")
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
    var record = StepRecord()
    record.watch = watch
    let result = executor.step(0, learningRate: 1, record: record) { _, _ in }
    #expect(result.loss == 0 && result.isBroken)
    #expect(executor.elements(of: w).allSatisfy { $0 == 0 })
    record.watch = .off
    #expect(!executor.step(0, learningRate: 1, record: record) { _, _ in }.isBroken)
    #expect(!executor.elements(of: w).contains { $0.isFinite })
  }
}
