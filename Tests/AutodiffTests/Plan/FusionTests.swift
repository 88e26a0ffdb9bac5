import Testing

@testable import Autodiff

@Suite struct FusionTests {
  /// Linear and an activation, with something between them that keeps them apart or not.
  private func executor(
    _ activation: any Primitive, features: Int, apart: Bool
  ) throws -> Executor {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [9, features])
    let w = network.addParameter("w", layer: "w", shape: [features, features])
    let b = network.addParameter("b", layer: "b", shape: [features])
    var z = try network.apply(Linear(), to: [x, w, b], name: "linear", layer: "linear")
    if apart { z = try network.apply(Identity(), to: [z], name: "identity", layer: "identity") }
    let y = try network.apply(activation, to: [z], name: "activation", layer: "activation")
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
    var stream = RandomStream(seed: 5, name: "fusion")
    for parameter in network.parameters {
      let elements = executor.elements(of: parameter.value)
      for index in elements.indices { elements[index] = stream.uniform(-0.7, 0.7) }
    }
    return executor
  }

  /// With kernels of oneDNN and, for few features, of our own.
  @Test(arguments: [4, 40])
  func givesTheSameNumbersAsApart(_ features: Int) throws {
    for activation in [ReLU(), Sigmoid(), Tanh(), ELU(), LeakyReLU()] as [any Primitive] {
      let fused = try executor(activation, features: features, apart: false)
      let apart = try executor(activation, features: features, apart: true)
      #expect(fused.plan.rows.count < apart.plan.rows.count)
      let losses = [fused, apart].map { it in it.step(0, learningRate: 0) { _, _ in }.loss }
      #expect(abs(losses[0] - losses[1]) <= 1e-6 * abs(losses[1]) + 1e-6)
      for parameter in 0..<3 {
        let id = ParameterID(index: parameter)
        let gradients = [fused, apart].map { it in it.gradient(of: id).map(Array.init) ?? [] }
        #expect(distance(gradients[0], gradients[1]) <= 1e-4, "\(activation) \(parameter)")
      }
    }
  }

  @Test func saysWhoIsFusedWithWhom() throws {
    let plan = try executor(Tanh(), features: 4, apart: false).plan
    #expect(plan.fusedWith.map { $0.map(\.index) } == [[1], [0], []])
    #expect(!plan.rows.contains { $0.node.index == 1 })
  }

  /// GELU's derivative needs what comes in.
  @Test func whatNeedsItsInputIsNotFused() throws {
    let plan = try executor(GELU(), features: 4, apart: false).plan
    #expect(plan.fusedWith == [[], [], []])
  }

  /// Both gradients are measured; the product's own output does not exist.
  @Test func measuresWhatThereIs() throws {
    let executor = try executor(Tanh(), features: 4, apart: false)
    let plan = executor.plan
    let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * plan.rows.count)
    let outputs = UnsafeMutablePointer<OutputReading>.allocate(capacity: 3)
    outputs.initialize(repeating: OutputReading(), count: 3)
    defer {
      times.deallocate()
      outputs.deallocate()
    }
    var record = StepRecord()
    record.times = times
    record.outputs = outputs
    _ = executor.step(0, learningRate: 0, record: record) { _, _ in }
    #expect(!outputs[0].isOutputThere)
    #expect(outputs[1].isOutputThere)
    #expect(outputs[1].gradientRMS == 1)
    #expect(outputs[0].hasGradient)
    #expect(outputs[0].gradientRMS > 0 && outputs[0].gradientRMS < 1)
  }
}
