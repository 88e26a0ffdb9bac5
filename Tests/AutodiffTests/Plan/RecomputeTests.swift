import Autodiff
import Testing

/// What running forward again must not change: random numbers, and running statistics.
@Suite struct RecomputeTests {
  private func train(recomputes: Bool) throws -> (gradients: [Float], buffers: [Float]) {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [6, 3])
    let running = [
      network.addBuffer("mean", shape: [3], start: 0),
      network.addBuffer("var", shape: [3], start: 1),
      network.addBuffer("batches", shape: [], start: 0),
    ]
    let weight = network.addParameter("w", layer: "w", shape: [6, 3])
    let norm = BatchNorm1d(BatchNormOptions(isAffine: false))
    let n = try network.apply(norm, to: [x] + running, name: "n", layer: "n")
    let d = try network.apply(
      Dropout(probability: 0.5, stream: 1), to: [n], name: "d", layer: "d")
    let y = try network.apply(Mul(), to: [d, weight], name: "y", layer: "y")
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    var options = PlanOptions()
    if recomputes {
      let nodes = network.nodes.indices.map { NodeID(index: $0) }
      options.order = StepOrder(
        nodes.map { .forward($0) } + nodes.prefix(3).map { .forward($0) }
          + nodes.reversed().map { .backward($0) })
    }
    let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
    #expect(executor.plan.rows.contains { $0.phase == .recompute } == recomputes)
    var stream = RandomStream(seed: 5, name: "recompute")
    for value in [x, weight] {
      let elements = executor.elements(of: value)
      for index in elements.indices { elements[index] = stream.normal() }
    }
    for step in 0..<3 { _ = executor.step(step, learningRate: 0.1) { _, _ in } }
    let gradients = network.parameters.indices.flatMap {
      executor.gradient(of: ParameterID(index: $0)).map(Array.init) ?? []
    }
    return (gradients, running.flatMap { Array(executor.elements(of: $0)) })
  }

  @Test func stepsAreTheSameBitByBit() throws {
    let (stored, again) = (try train(recomputes: false), try train(recomputes: true))
    #expect(stored.gradients == again.gradients)
    #expect(stored.buffers == again.buffers)
    #expect(again.buffers[6] == 3)
  }
}
