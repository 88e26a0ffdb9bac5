import TraceFormat

/// A trace made by hand: two layers, of which the second is fused into the first, and two steps.
///
/// | node | id | layer | output |
/// |---|---|---|---|
/// | fc1 | 0 | fc1 | [4, 4] |
/// | relu.1 | 1 | relu.1 | [4, 4] |
/// | loss | 2 | loss | [1] |
enum SampleTrace {
  static let run: Run = {
    var run = Run()
    run.runID = "r1"
    run.name = "tiny"
    run.seed = 7
    run.producer = "gradtop"
    run.version = "0.1"
    run.device = "cpu"
    run.threads = 2
    run.arenaBytes = 4096
    return run
  }()

  static let graph: Graph = {
    var graph = Graph()
    graph.id = 1
    graph.layers = [layer("fc1", "Linear"), layer("relu.1", "ReLU"), layer("loss", "MSELoss")]
    graph.layers[2].isLoss = true
    graph.nodes = [
      node(0, "fc1", "Linear", shape: [4, 4], flops: 400),
      node(1, "relu.1", "ReLU", shape: [4, 4], flops: 16),
      node(2, "loss", "MSELoss", shape: [1], flops: 0),
    ]
    graph.nodes[0].fusedWith = [1]
    graph.nodes[1].fusedWith = [0]
    graph.nodes[0].saved = [0]
    graph.nodes[1].saved = [1]
    graph.nodes[2].saved = [1]
    graph.tensors = [tensor(0, isFromBatch: true), tensor(1)]
    graph.parameters = [parameter(0, "fc1.weight", [4, 4]), parameter(1, "fc1.bias", [4])]
    return graph
  }()

  /// The first step measures everything; its bias has no gradient.
  static let first: Step = {
    var step = Step()
    step.index = 0
    step.graph = 1
    step.start = 1_500
    step.duration = 4_000
    step.loss = 0.1
    step.accuracy = 0.25
    step.learningRate = 1e-5
    step.samples = 4
    step.gradNorm = 2.5
    step.clipFactor = 0.4
    step.phaseTimes = [1_100, 0, 1_600, 500, 0, 250]
    step.ops.node = [0, 2, 2, 0]
    step.ops.phase = [0, 0, 2, 2]
    step.ops.gap = [100, 10, 20, 30]
    step.ops.duration = [1_000, 50, 60, 1_500]
    step.ops.savedBytes = [64, 0, 0, 0]
    step.parameters.parameter = [0, 1]
    step.parameters.hasGradient = [true, false]
    step.parameters.gradNorm = [2.5, 0]
    step.parameters.weightNorm = [0.1, 0]
    step.parameters.updateNorm = [0.001, 0]
    step.parameters.nonFinite = [0, 0]
    step.activations.node = [0, 1]
    step.activations.gradRMS = [0.5, 0.25]
    step.activations.mean = [0, 0.1]
    step.activations.std = [1, 0.5]
    step.activations.min = [-2, 0]
    step.activations.max = [2, 2]
    step.activations.nonFinite = [0, 0]
    step.activations.zeroFraction = [0, 0.5]
    step.activations.units = [4, 4]
    step.activations.deadUnits = [0, 1]
    step.activations.saturatedUnits = [0, 0]
    step.memory.row = [0, 3]
    step.memory.parameter = [80, 80]
    step.memory.optimizerState = [160, 160]
    step.memory.input = [16, 16]
    step.memory.temporary = [0, 32]
    step.memory.activation = [64, 0]
    step.memory.gradient = [0, 80]
    return step
  }()

  /// The second step measures times and gradients, and one gradient is not finite.
  static let second: Step = {
    var step = Step()
    step.index = 1
    step.graph = 1
    step.start = 6_000
    step.loss = .infinity
    step.learningRate = 0.3
    step.ops.node = [0, 2, 2, 0]
    step.ops.phase = [0, 0, 2, 2]
    step.ops.gap = [100, 10, 20, 30]
    step.ops.duration = [2_000, 50, 60, 1_500]
    step.parameters.parameter = [0]
    step.parameters.gradNorm = [.nan]
    step.activations.node = [1, 1, 1]
    step.activations.timeStep = [-1, 0, 1]
    step.activations.gradRMS = [0.75, 0.5, -.infinity]
    return step
  }()

  /// The trace as a file's bytes would tell it.
  static func source(
    run: Run = run, graph: Graph = graph, steps: [Step] = [first, second], closes: Bool = true
  ) -> TraceFeed {
    let feed = TraceFeed()
    let writer = TraceWriter(output: MemoryOutput(), run: run, tap: feed)
    writer.write(graph: graph, now: 0)
    for step in steps { writer.write(step: step, now: 0) }
    if closes { writer.close(now: 0) } else { writer.flush() }
    return feed
  }

  static func layer(_ path: String, _ kind: String) -> Graph.Layer {
    var layer = Graph.Layer()
    (layer.path, layer.kind) = (path, kind)
    return layer
  }

  static func node(
    _ id: UInt32, _ name: String, _ kind: String, shape: [UInt64], flops: UInt64
  ) -> Graph.Node {
    var node = Graph.Node()
    (node.id, node.name, node.layer, node.kind) = (id, name, name, kind)
    (node.shape, node.forwardFlops, node.backwardFlops) = (shape, flops, 2 * flops)
    return node
  }

  private static func tensor(_ id: UInt32, isFromBatch: Bool = false) -> Graph.Tensor {
    var tensor = Graph.Tensor()
    (tensor.id, tensor.storage, tensor.bytes) = (id, id, 64)
    tensor.isFromBatch = isFromBatch
    return tensor
  }

  private static func parameter(
    _ id: UInt32, _ name: String, _ shape: [UInt64]
  ) -> Graph.Parameter {
    var parameter = Graph.Parameter()
    (parameter.id, parameter.name, parameter.layer, parameter.shape) = (id, name, "fc1", shape)
    return parameter
  }
}
