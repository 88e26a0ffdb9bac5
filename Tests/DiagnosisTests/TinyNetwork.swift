import TraceFormat
import TraceSession

/// Two linear layers, a detach between them, and healthy steps.
enum TinyNetwork {
  static let location = ChunkLocation(offset: 0, length: 1)

  static func run(id: String = "r1") -> Run {
    var run = Run()
    run.runID = id
    return run
  }

  static func graph(hasDetach: Bool = false) -> Graph {
    var graph = Graph()
    graph.id = 1
    graph.layers = [
      layer("fc1"), layer(hasDetach ? "cut" : "relu.1"), layer("head"), layer("loss", isLoss: true),
    ]
    graph.nodes = [
      node(0, "fc1", "Linear", inputs: [], parameters: [0]),
      hasDetach
        ? node(1, "cut", "Detach", inputs: [0]) : node(1, "relu.1", "ReLU", inputs: [0]),
      node(2, "head", "Linear", inputs: [1], parameters: [1]),
      node(3, "loss", "MSELoss", inputs: [2]),
    ]
    graph.parameters = [parameter(0, "fc1.weight", "fc1"), parameter(1, "head.weight", "head")]
    return graph
  }

  static func step(_ index: UInt64) -> Step {
    var step = Step()
    step.index = index
    step.graph = 1
    step.loss = 0.5
    step.parameters.parameter = [0, 1]
    step.parameters.hasGradient = [true, true]
    step.parameters.gradNorm = [1, 1]
    step.parameters.weightNorm = [2, 2]
    step.parameters.nonFinite = [0, 0]
    step.activations.node = [0, 1, 2]
    step.activations.hasGradient = [true, true, true]
    step.activations.gradRMS = [1, 1, 1]
    step.activations.mean = [0, 0, 0]
    step.activations.nonFinite = [0, 0, 0]
    return step
  }

  private static func layer(_ path: String, isLoss: Bool = false) -> Graph.Layer {
    var layer = Graph.Layer()
    (layer.path, layer.isLoss) = (path, isLoss)
    return layer
  }

  private static func node(
    _ id: UInt32, _ name: String, _ kind: String, inputs: [UInt32], parameters: [UInt32] = []
  ) -> Graph.Node {
    var node = Graph.Node()
    (node.id, node.name, node.layer, node.kind) = (id, name, name, kind)
    (node.inputs, node.parameters) = (inputs, parameters)
    return node
  }

  private static func parameter(
    _ id: UInt32, _ name: String, _ layer: String
  ) -> Graph.Parameter {
    var parameter = Graph.Parameter()
    (parameter.id, parameter.name, parameter.layer) = (id, name, layer)
    return parameter
  }
}
