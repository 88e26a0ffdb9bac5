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

  /// Convolutions, sums and products of two tensors, stretched or not.
  @Test func othersGiveTheSameNumbersAsApart() throws {
    let geometry = ConvolutionGeometry(strides: [1, 1], padding: [1, 1], dilations: [1, 1])
    let hosts: [(any Primitive, [Shape])] = [
      (Conv2d(geometry), [[2, 3, 6, 6], [8, 3, 3, 3], [8]]),
      (Add(), [[4, 6], [4, 6]]), (Add(), [[4, 1], [6]]), (Sub(), [[4, 6], [6]]),
      (Sub(), [[6], [4, 6]]), (Mul(), [[4, 6], [4, 6]]), (Mul(), [[1, 6], [4, 1]]),
    ]
    for (host, shapes) in hosts {
      for activation in [ReLU(), Sigmoid(), LeakyReLU()] as [any Primitive] {
        let executors = try [false, true].map { apart in
          var network = Network()
          let operands = shapes.enumerated().map {
            network.addParameter("p\($0.offset)", layer: "p\($0.offset)", shape: $0.element)
          }
          var z = try network.apply(host, to: operands, name: "host", layer: "host")
          if apart { z = try network.apply(Identity(), to: [z], name: "identity", layer: "i") }
          let y = try network.apply(activation, to: [z], name: "activation", layer: "activation")
          let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
          let executor = try Executor(
            Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
          var stream = RandomStream(seed: 6, name: "hosts")
          for operand in operands {
            let elements = executor.elements(of: operand)
            for index in elements.indices { elements[index] = stream.uniform(-0.9, 0.9) }
          }
          return executor
        }
        #expect(executors[0].plan.fusedWith[0] == [NodeID(index: 1)], "\(host)")
        let losses = executors.map { it in it.step(0, learningRate: 0) { _, _ in }.loss }
        #expect(abs(losses[0] - losses[1]) <= 1e-6 * abs(losses[1]) + 1e-6, "\(host)")
        for parameter in shapes.indices {
          let id = ParameterID(index: parameter)
          let gradients = executors.map { it in it.gradient(of: id).map(Array.init) ?? [] }
          #expect(distance(gradients[0], gradients[1]) <= 1e-4, "\(host) \(parameter)")
        }
      }
    }
  }

  /// A quotient's derivative needs the quotient, which would not exist.
  @Test func whatBackwardReadsIsNotFused() throws {
    var network = Network()
    let a = network.addParameter("a", layer: "a", shape: [3])
    let b = network.addParameter("b", layer: "b", shape: [3])
    let z = try network.apply(Div(), to: [a, b], name: "div", layer: "div")
    let y = try network.apply(ReLU(), to: [z], name: "relu", layer: "relu")
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions())
    #expect(plan.fusedWith == [[], [], []])
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
