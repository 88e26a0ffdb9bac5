public import TraceFormat
import TraceSession

/// A step, with all that rules may ask about it.
public struct Evidence: Sendable {
  /// The step.
  public var step: Step
  /// The graph in force.
  public var layout: NetworkLayout
  /// By node position: the row of the node's output in the activation columns, or -1.
  ///
  /// Empty where the step was not measured.
  public var outputRows: [Int]
  /// By row of the parameter columns: the parameter's position in the graph; -1: unknown.
  public var parameterPositions: [Int]
  /// The gradients along the spine; nil where they were not measured.
  public var gradients: GradientProfile?
  /// How far the run is, this step included.
  public var progress: LearningProgress
  /// What the model file says.
  public var terms: RunTerms

  /// Which step.
  public var index: UInt64 { step.index }

  /// Whether activation columns are there.
  public var isMeasured: Bool { !outputRows.isEmpty }
}

/// Makes evidence of the steps of a run, one after the other.
struct EvidenceGatherer: Sendable {
  private var layouts: [UInt32: NetworkLayout] = [:]
  private var progress = LearningProgress()
  private var terms = RunTerms()
  private var rows = RowIndex()

  /// What depends on the rows of the step before, which mostly are those of the next.
  private struct RowIndex: Sendable {
    var graph: UInt32?
    var nodes: [UInt32] = []
    var timeSteps: [Int32] = []
    var outputRows: [Int] = []
    var parameters: [UInt32] = []
    var parameterPositions: [Int] = []
  }

  mutating func add(_ run: Run) { terms = RunTerms(run) }

  mutating func add(_ graph: Graph) {
    layouts[graph.id] = NetworkLayout(GraphIndex(graph))
    rows = RowIndex()
  }

  /// What is known of `step`.
  mutating func evidence(_ step: Step) -> Evidence {
    let layout = layouts[step.graph] ?? NetworkLayout(GraphIndex())
    if let loss = step.loss {
      progress.add(
        loss, rate: step.learningRate, chance: terms.sumsLoss ? nil : layout.chance)
    }
    if rows.graph != step.graph { rows = RowIndex() }
    rows.graph = step.graph
    indexParameters(step.parameters, layout)
    var evidence = Evidence(
      step: step, layout: layout, outputRows: [], parameterPositions: rows.parameterPositions,
      gradients: nil, progress: progress, terms: terms)
    if !step.activations.node.isEmpty {
      indexOutputs(step.activations, layout)
      evidence.outputRows = rows.outputRows
      evidence.gradients = GradientProfile(step.activations, rows.outputRows, layout)
    }
    return evidence
  }

  private mutating func indexOutputs(_ columns: ActivationColumns, _ layout: NetworkLayout) {
    guard columns.node != rows.nodes || columns.timeStep != rows.timeSteps else { return }
    (rows.nodes, rows.timeSteps) = (columns.node, columns.timeStep)
    rows.outputRows = Array(repeating: -1, count: layout.graph.graph.nodes.count)
    for (row, id) in columns.node.enumerated() where columns.isWhole(row) {
      if let position = layout.position(ofNode: id) { rows.outputRows[position] = row }
    }
  }

  private mutating func indexParameters(_ columns: ParameterColumns, _ layout: NetworkLayout) {
    guard columns.parameter != rows.parameters else { return }
    rows.parameters = columns.parameter
    var positions: [UInt32: Int] = [:]
    for (position, parameter) in layout.graph.graph.parameters.enumerated() {
      positions[parameter.id] = position
    }
    rows.parameterPositions = columns.parameter.map { positions[$0] ?? -1 }
  }
}
