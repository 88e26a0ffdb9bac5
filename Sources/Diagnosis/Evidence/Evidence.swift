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
  /// By position in the graph: the parameter's row in the parameter columns, or -1.
  var parameterRows: [Int]
  /// The gradients along the spine; nil where they were not measured.
  public var gradients: GradientProfile?
  /// How far the run is, this step included.
  public var progress: LearningProgress
  /// What the model file says.
  public var terms: RunTerms

  /// Which step.
  public var index: UInt64 { step.index }

  /// The row of the parameter at `position`; nil where it has none.
  func row(ofParameter position: Int) -> Int? {
    guard position < parameterRows.count, parameterRows[position] >= 0 else { return nil }
    return parameterRows[position]
  }

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
    var parameterRows: [Int] = []
  }

  mutating func add(_ run: Run) { terms = RunTerms(run) }

  mutating func add(_ graph: Graph) {
    layouts[graph.id] = NetworkLayout(GraphIndex(graph))
    rows = RowIndex()
  }

  /// What is known of `step`.
  mutating func evidence(_ step: Step) -> Evidence {
    let layout = layouts[step.graph] ?? NetworkLayout(GraphIndex())
    if rows.graph != step.graph { rows = RowIndex() }
    rows.graph = step.graph
    indexParameters(step.parameters, layout)
    let isMeasured = !step.activations.node.isEmpty
    if isMeasured { indexOutputs(step.activations, layout) }
    if let loss = step.loss {
      progress.add(loss, rate: step.learningRate, guess: guess(loss, step, layout))
    }
    var evidence = Evidence(
      step: step, layout: layout, outputRows: [], parameterPositions: rows.parameterPositions,
      parameterRows: rows.parameterRows, gradients: nil, progress: progress, terms: terms)
    if isMeasured {
      evidence.outputRows = rows.outputRows
      evidence.gradients = GradientProfile(step.activations, rows.outputRows, layout)
    }
    return evidence
  }

  /// What guessing costs; nil where nobody knows.
  ///
  /// Of a mean squared error L, that is E t² of the targets t. The outputs y of the first step know
  /// nothing of them, so that L ≈ E y² + E t². Only where E y² is nearly all of L does it matter: a loss
  /// that falls because outputs lose a scale that they should never have had is none that learns.
  private func guess(_ loss: Double, _ step: Step, _ layout: NetworkLayout) -> Double? {
    if terms.sumsLoss { return nil }
    if let chance = layout.chance { return chance }
    guard progress.count == 0, let position = layout.squaredOutput, !rows.outputRows.isEmpty,
      let size = step.activations.rms(at: rows.outputRows[position])
    else { return nil }
    let rest = 1 - size * size / loss
    if rest >= 0.1 { return nil }
    // Of what is less, chance makes more than the targets do: all that is known is that it is little.
    return (rest < 1e-3 ? 1e-4 : rest) * loss
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
    rows.parameterRows = Array(repeating: -1, count: layout.graph.graph.parameters.count)
    for (row, position) in rows.parameterPositions.enumerated() where position >= 0 {
      rows.parameterRows[position] = row
    }
  }
}

extension ActivationColumns {
  /// The root mean square of an output; nil where it was not measured, or is not finite.
  func rms(at row: Int) -> Double? {
    guard row >= 0, row < mean.count, row < std.count else { return nil }
    let (mean, std) = (Double(mean[row]), Double(std[row]))
    let rms = (mean * mean + std * std).squareRoot()
    return rms.isFinite ? rms : nil
  }
}
