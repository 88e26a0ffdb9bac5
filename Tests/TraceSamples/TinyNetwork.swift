public import TraceFormat

/// A network of two layers in a container, and steps of it: a session with figures known by heart.
public enum TinyNetwork {
  /// Its run.
  public static func run(id: String = "r1") -> Run {
    var run = Run()
    run.runID = id
    run.name = "tiny"
    return run
  }

  /// Its graph: `block/fc1`, `block/relu.1`, the loss.
  public static func graph(id: UInt32 = 1) -> Graph {
    var graph = Graph()
    graph.id = id
    graph.layers = [
      layer("loss", "MSELoss", isLoss: true), layer("block", "Residual", isContainer: true),
      layer("block/fc1", "Linear"), layer("block/relu.1", "ReLU"),
    ]
    graph.nodes = [
      node(0, "fc1.product", "block/fc1", flops: 96), node(1, "fc1.bias", "block/fc1", flops: 12),
      node(2, "relu", "block/relu.1", flops: 12), node(3, "mse", "loss", flops: 0),
    ]
    graph.nodes[0].saved = [0]
    graph.nodes[2].saved = [1, 2]
    graph.tensors = [
      tensor(0, storage: 0, bytes: 1000, isFromBatch: true), tensor(1, storage: 1, bytes: 64),
      tensor(2, storage: 1, bytes: 64),
    ]
    graph.parameters = [
      parameter(0, "block.fc1.weight", [3, 4]), parameter(1, "block.fc1.bias", [3]),
    ]
    return graph
  }

  /// Step `index`, whose ops took `index` ns more than usual.
  public static func step(_ index: UInt64, hasActivations: Bool = true) -> Step {
    var step = Step()
    step.index = index
    step.graph = 1
    step.start = index * 1000
    step.duration = 900
    step.loss = Double(index) + 0.5
    step.samples = 9
    step.phaseTimes = [400, 0, 300, 100, 50, 50]
    step.memory.row = [0, 3]
    step.memory.parameter = [1024, 1024]
    step.memory.activation = [64, 512]
    step.memory.gradient = [0, 256]
    step.ops.node = [0, 1, 2, 2, 0]
    step.ops.phase = [0, 0, 0, 2, 2]
    step.ops.gap = [1, 1, 1, 1, 1]
    step.ops.duration = [100 + index, 10, 10, 20, 200]
    step.parameters.parameter = [0, 1]
    step.parameters.hasGradient = [true, false]
    step.parameters.gradNorm = [2, 0]
    step.parameters.weightNorm = [4, 0]
    step.parameters.updateNorm = [1, 1]
    if hasActivations {
      step.activations.node = [1, 2]
      step.activations.gradRMS = [Float(index), 1]
    }
    return step
  }

  private static func layer(
    _ path: String, _ kind: String, isContainer: Bool = false, isLoss: Bool = false
  ) -> Graph.Layer {
    var layer = Graph.Layer()
    (layer.path, layer.kind) = (path, kind)
    (layer.isContainer, layer.isLoss) = (isContainer, isLoss)
    return layer
  }

  private static func node(
    _ id: UInt32, _ name: String, _ layer: String, flops: UInt64
  ) -> Graph.Node {
    var node = Graph.Node()
    (node.id, node.name, node.layer) = (id, name, layer)
    (node.forwardFlops, node.backwardFlops) = (flops, 2 * flops)
    node.shape = [4, 3]
    return node
  }

  private static func tensor(
    _ id: UInt32, storage: UInt32, bytes: UInt64, isFromBatch: Bool = false
  ) -> Graph.Tensor {
    var tensor = Graph.Tensor()
    (tensor.id, tensor.storage, tensor.bytes) = (id, storage, bytes)
    tensor.isFromBatch = isFromBatch
    return tensor
  }

  private static func parameter(
    _ id: UInt32, _ name: String, _ shape: [UInt64]
  ) -> Graph.Parameter {
    var parameter = Graph.Parameter()
    (parameter.id, parameter.name, parameter.shape) = (id, name, shape)
    parameter.layer = "block/fc1"
    return parameter
  }
}
