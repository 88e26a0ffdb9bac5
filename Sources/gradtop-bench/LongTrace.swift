import Foundation
import TraceFormat

/// A made-up trace of any length: each layer is a node that runs forward and backward, with a
/// parameter.
struct LongTrace {
  let layers: Int
  /// Activation columns stand in each so many-th step.
  var activationsEvery: UInt64 = 1
  /// From the start of a step to the next one's, in nanoseconds.
  var period: UInt64 = 1_000_000
  private var template = Step()

  init(layers: Int) {
    self.layers = layers
    let ids = (0..<UInt32(layers)).map { $0 }
    (template.graph, template.duration, template.samples) = (1, 900_000, 64)
    template.phaseTimes = [1000, 300_000, 0, 500_000, 90_000, 9000]
    template.ops.node = ids + ids.reversed()
    template.ops.phase = ids.map { _ in 0 } + ids.map { _ in 2 }
    template.ops.gap = Array(repeating: 10, count: 2 * layers)
    template.ops.duration = Array(repeating: 0, count: 2 * layers)
    template.parameters.parameter = ids
    template.parameters.hasGradient = ids.map { _ in true }
    template.parameters.gradNorm = ids.map { Float($0 + 1) }
    template.parameters.weightNorm = ids.map { Float($0 + 1) }
    template.parameters.updateNorm = ids.map { _ in 0.01 }
    template.activations.node = ids
    template.activations.gradRMS = ids.map { Float($0 + 1) * 1e-4 }
  }

  /// Writes `count` steps to `path`.
  func write(_ count: Int, to path: String) throws {
    let writer = try writer(path)
    for index in 0..<count { writer.write(step: step(UInt64(index)), now: UInt64(index)) }
    writer.close(now: 0)
  }

  /// A trace at `path`, without any steps yet.
  func writer(_ path: String) throws -> TraceWriter {
    var run = Run()
    (run.runID, run.name) = ("bench", "bench")
    let writer = TraceWriter(output: try FileOutput(path: path, overwriting: true), run: run)
    writer.write(graph: graph, now: 0)
    return writer
  }

  private var graph: Graph {
    var graph = Graph()
    graph.id = 1
    for index in 0..<layers {
      var layer = Graph.Layer()
      (layer.path, layer.kind) = ("block\(index / 10)/fc\(index % 10)", "Linear")
      var node = Graph.Node()
      (node.id, node.name, node.layer) = (UInt32(index), "fc\(index)", layer.path)
      (node.forwardFlops, node.backwardFlops) = (1000, 2000)
      node.shape = [64, 64]
      var parameter = Graph.Parameter()
      (parameter.id, parameter.layer) = (UInt32(index), layer.path)
      (parameter.name, parameter.shape) = ("fc\(index).weight", [64, 64])
      graph.layers.append(layer)
      graph.nodes.append(node)
      graph.parameters.append(parameter)
    }
    return graph
  }

  func step(_ index: UInt64) -> Step {
    var step = template
    (step.index, step.start) = (index, index * period)
    step.loss = 1 / Double(index + 1) + 0.1
    for row in step.ops.duration.indices {
      step.ops.duration[row] = 1000 + (index &* 31 &+ UInt64(row) &* 17) % 100
    }
    let decay = 1 / Float(index % 100 + 1)
    for row in step.parameters.gradNorm.indices { step.parameters.gradNorm[row] *= decay }
    guard index % activationsEvery == 0 else {
      step.activations = ActivationColumns()
      return step
    }
    let fading = 1 / Float(index % 10 + 1)
    for row in step.activations.gradRMS.indices { step.activations.gradRMS[row] *= fading }
    return step
  }
}
