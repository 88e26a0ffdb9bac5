import Autodiff
import Diagnosis
import TraceFormat

/// What it costs to judge a step of a hundred layers.
enum JudgeBenchmark {
  private static let layers = 100
  private static let steps = 2000
  private static let rounds = 7

  static func run() {
    let (graph, step) = (graph(), step())
    print("all rules on a step of \(layers) layers, \(steps) steps, median of \(rounds) rounds")
    for (name, isMeasured) in [("with activation columns", true), ("without", false)] {
      var samples = Samples()
      for _ in 0..<rounds {
        var judge = Judge()
        judge.examine(.graph(graph))
        var step = step
        if !isMeasured { step.activations = ActivationColumns() }
        let start = MonotonicClock.now()
        for index in 0..<steps {
          step.index = UInt64(index)
          step.loss = 1 / Double(1 + index)
          judge.examine(step)
        }
        samples.values.append(Double(MonotonicClock.now() - start) / Double(steps) / 1e3)
      }
      report(name, "\(fixed(samples.median, 2)) µs a step")
    }
  }

  private static func graph() -> Graph {
    var graph = Graph()
    graph.id = 1
    for index in 0..<UInt32(2 * layers) {
      var node = Graph.Node()
      node.id = index
      (node.name, node.layer) = ("n\(index)", "n\(index)")
      node.kind = index % 2 == 0 ? "Linear" : "ReLU"
      node.inputs = index > 0 ? [index - 1] : []
      node.shape = [32, 64]
      if index % 2 == 0 {
        for (offset, shape) in [[64, 64], [64]].enumerated() {
          var parameter = Graph.Parameter()
          parameter.id = UInt32(graph.parameters.count)
          parameter.name = node.name + (offset == 0 ? ".weight" : ".bias")
          (parameter.layer, parameter.shape) = (node.layer, shape.map { UInt64($0) })
          node.parameters.append(parameter.id)
          graph.parameters.append(parameter)
        }
      }
      graph.nodes.append(node)
    }
    return graph
  }

  private static func step() -> Step {
    var step = Step()
    (step.graph, step.learningRate, step.gradNorm) = (1, 1e-3, 1)
    let nodes = 2 * layers
    step.activations.node = (0..<UInt32(nodes)).map { $0 }
    step.activations.timeStep = Array(repeating: -1, count: nodes)
    step.activations.hasGradient = Array(repeating: true, count: nodes)
    for column in [\ActivationColumns.gradRMS, \.std, \.mean, \.min, \.max, \.zeroFraction] {
      step.activations[keyPath: column] = Array(repeating: 0.5, count: nodes)
    }
    step.activations.nonFinite = Array(repeating: 0, count: nodes)
    for column in [\ActivationColumns.units, \.deadUnits, \.saturatedUnits] {
      step.activations[keyPath: column] = Array(repeating: 0, count: nodes)
    }
    step.activations.units = Array(repeating: 64, count: nodes)
    step.parameters.parameter = (0..<UInt32(nodes)).map { $0 }
    step.parameters.hasGradient = Array(repeating: true, count: nodes)
    step.parameters.gradNorm = Array(repeating: 0.1, count: nodes)
    step.parameters.weightNorm = Array(repeating: 1, count: nodes)
    step.parameters.updateNorm = Array(repeating: 1e-3, count: nodes)
    step.parameters.nonFinite = Array(repeating: 0, count: nodes)
    return step
  }
}
