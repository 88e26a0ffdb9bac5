import Diagnosis
import TraceFormat

/// A deep network as a trace tells it, with steps that are healthy until somebody changes them.
struct SyntheticRun {
  var layers = 10
  var kind = "ReLU"
  var width: UInt64 = 64
  var lossKind = "MSELoss"
  var modelText = ""

  var run: Run {
    var run = Run()
    run.runID = "synthetic"
    run.modelText = modelText
    return run
  }

  /// `fc0`, `act0`, `fc1`, `act1`, …, `head`, `loss`.
  var graph: Graph {
    var graph = Graph()
    graph.id = 1
    func add(_ name: String, _ kind: String, units: UInt64, parameters: [UInt32] = []) {
      var node = Graph.Node()
      node.id = UInt32(graph.nodes.count)
      (node.name, node.layer, node.kind) = (name, name, kind)
      node.inputs = node.id > 0 ? [node.id - 1] : []
      node.shape = [8, units]
      node.parameters = parameters
      graph.nodes.append(node)
      var layer = Graph.Layer()
      (layer.path, layer.kind, layer.isLoss) = (name, kind, name == "loss")
      graph.layers.append(layer)
    }
    func linear(_ name: String, units: UInt64) {
      let first = UInt32(graph.parameters.count)
      for (part, shape) in [("weight", [units, width]), ("bias", [units])] {
        var parameter = Graph.Parameter()
        parameter.id = UInt32(graph.parameters.count)
        (parameter.name, parameter.layer, parameter.shape) = ("\(name).\(part)", name, shape)
        graph.parameters.append(parameter)
      }
      add(name, "Linear", units: units, parameters: [first, first + 1])
    }
    for layer in 0..<layers {
      linear("fc\(layer)", units: width)
      add("act\(layer)", kind, units: width)
    }
    linear("head", units: 10)
    add("loss", lossKind, units: 1)
    graph.nodes[graph.nodes.count - 1].shape = []
    return graph
  }

  /// A healthy step: gradients of one size everywhere, updates of a thousandth.
  func step(_ index: Int, loss: Double) -> Step {
    var step = Step()
    (step.index, step.graph) = (UInt64(index), 1)
    (step.loss, step.learningRate, step.gradNorm) = (loss, 0.01, 1)
    let nodes = 2 * layers + 2
    step.activations.node = (0..<UInt32(nodes)).map { $0 }
    step.activations.timeStep = Array(repeating: -1, count: nodes)
    step.activations.hasGradient = Array(repeating: true, count: nodes)
    // Norms are what is compared: the head has fewer elements, the loss has one.
    step.activations.gradRMS = (0..<nodes).map { position in
      let units = position < 2 * layers ? Float(width) : position == 2 * layers ? 10 : 1.0 / 8
      return 0.01 / (8 * units).squareRoot()
    }
    step.activations.mean = Array(repeating: 0, count: nodes)
    // Less than the loss that they make.
    step.activations.std = Array(repeating: 0.5, count: nodes)
    step.activations.min = Array(repeating: -2, count: nodes)
    step.activations.max = Array(repeating: 2, count: nodes)
    step.activations.nonFinite = Array(repeating: 0, count: nodes)
    step.activations.zeroFraction = Array(repeating: 0.5, count: nodes)
    step.activations.units = Array(repeating: UInt32(width), count: nodes)
    step.activations.deadUnits = Array(repeating: 0, count: nodes)
    step.activations.saturatedUnits = Array(repeating: 0, count: nodes)
    let parameters = 2 * (layers + 1)
    step.parameters.parameter = (0..<UInt32(parameters)).map { $0 }
    step.parameters.hasGradient = Array(repeating: true, count: parameters)
    step.parameters.gradNorm = Array(repeating: 0.01, count: parameters)
    // Biases start at 0.
    step.parameters.weightNorm = (0..<parameters).map {
      $0 % 2 == 0 ? Float(width).squareRoot() : 0
    }
    step.parameters.updateNorm = step.parameters.weightNorm.map { $0 * 1e-3 }
    step.parameters.nonFinite = Array(repeating: 0, count: parameters)
    return step
  }

  /// How the loss goes.
  enum Curve {
    /// It does not move but for some noise.
    case stuck
    /// It falls steadily.
    case falling

    func callAsFunction(_ index: Int) -> Double {
      switch self {
      case .stuck: 1 + 0.01 * Double(index * 7919 % 13 - 6) / 6
      case .falling: 50 / Double(50 + 2 * index)
      }
    }
  }

  /// Multiplies the gradient by `factor` at each layer on its way to the input.
  func shrink(_ step: inout Step, by factor: Float) {
    for node in 0..<2 * layers {
      let depth = layers - node / 2
      step.activations.gradRMS[node] *= (0..<depth).reduce(1) { product, _ in product * factor }
    }
  }

  /// What one rule, or all, make of steps 0..<count.
  func judge(
    _ rule: (any Rule.Type)? = nil, steps count: Int = 100, set: [String: Double] = [:],
    loss: Curve = .stuck, _ change: (Int, inout Step) -> Void = { _, _ in },
    onChange: (FindingChange) -> Void = { _ in }
  ) -> Judge {
    var rules = rule.map { RuleSet([$0]) } ?? RuleSet()
    if let rule {
      for (option, value) in set { try? rules.set(option, of: rule.name.rawValue, to: value) }
    }
    var judge = Judge(rules)
    judge.examine(.run(run))
    judge.examine(.graph(graph))
    for index in 0..<count {
      var step = step(index, loss: loss(index))
      change(index, &step)
      judge.examine(step).forEach(onChange)
    }
    return judge
  }
}
