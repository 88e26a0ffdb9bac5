import Glibc
import TraceFormat
import TraceSession

/// Weights or inputs of a scale with which signals grow or shrink from layer to layer.
///
/// In the first step, which no update precedes, one of three: the ratio of the variances of the first and the last output on
/// the way to the loss, taken for each eight layers, is above `ratio` or below 1 / `ratio`; the inputs'
/// RMS, which shows in what the first layer makes of them, is above `inputs` or below
/// 1 / `inputs`; a weight matrix is 0. A note unless learning fails as well. Glorot and Bengio (2010);
/// He and others, "Delving Deep into Rectifiers" (2015).
public struct Initialization: Rule {
  /// As tables and options know it.
  public static let name = RuleName.initialization

  /// What can be set.
  public static let options = [
    RuleOption("ratio", 10, "ratio of variances for each 8 layers"),
    RuleOption("inputs", 30, "RMS of the inputs that is too large; its inverse is too small"),
    RuleOption("steps", 1, "first steps that are looked at: later ones tell of updates, too"),
  ]

  private let ratio, inputs: Double
  private let steps: Int
  private var seen = 0
  private var isDecided = false

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {
    (ratio, inputs) = (settings["ratio"], settings["inputs"])
    steps = settings.count("steps")
  }

  /// Looks at variances and scales as long as these are the first steps.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    seen += 1
    guard !isDecided, seen <= steps, evidence.isMeasured else { return }
    guard let finding = zeroWeights(evidence) ?? inputScale(evidence) ?? variances(evidence)
    else { return }
    isDecided = true
    let entry = docket.open(finding, .unlessLearning(atMost: .error))
    docket.hold(entry, through: evidence.index)
  }

  private func inputScale(_ evidence: Evidence) -> Finding? {
    let first = evidence.layout.graph.graph.nodes.first { !$0.parameters.isEmpty }
    guard let first, let rms = inputRMS(of: first, evidence), rms.isFinite,
      rms > inputs || (rms < 1 / inputs && rms > 0)
    else { return nil }
    let remedy = Remedy.scaleInputs(1 / rms)
    return Finding(
      rule: Self.name, severity: .error, layer: first.layer, firstStep: evidence.index,
      lastStep: evidence.index, value: rms, limit: rms > 1 ? inputs : 1 / inputs,
      window: UInt64(steps),
      message: """
        the inputs have a bad scale: what \(first.name) makes of them says that their RMS is about \
        \(shortened(rms)), while weights start for inputs of about 1. What helps: \(remedy.words), \
        or normalize the data.
        """, remedies: [remedy])
  }

  /// The RMS of what a layer takes: measured, or for the batch itself worked out from what the layer
  /// makes of it.
  private func inputRMS(of first: Graph.Node, _ evidence: Evidence) -> Double? {
    let (layout, columns) = (evidence.layout, evidence.step.activations)
    let source = source(of: first, evidence)
    if let measured = source.rms { return measured }
    guard source.isBatch, first.kind == "Linear" || first.kind.hasPrefix("Conv"),
      let position = layout.position(ofNode: first.id)
    else { return nil }
    // Fused with a ReLU it makes no output; half of its square is what the ReLU lets through.
    let behind = first.fusedWith.first { layout.graph.node($0)?.kind == "ReLU" }
    let output =
      columns.rms(at: evidence.outputRows[position])
      ?? behind.flatMap { layout.position(ofNode: $0) }
      .flatMap { columns.rms(at: evidence.outputRows[$0]) }.map { $0 * 2.0.squareRoot() }
    guard let rms = output else { return nil }
    let parameters = evidence.step.parameters
    func norm(_ id: UInt32?) -> Double? {
      guard let id, let row = parameters.parameter.firstIndex(of: id),
        row < parameters.weightNorm.count
      else { return nil }
      return Double(parameters.weightNorm[row])
    }
    guard let weight = first.parameters.first, let weightNorm = norm(weight), weightNorm > 0,
      let units = layout.graph.parameter(weight)?.shape.first, units > 0
    else { return nil }
    // ‖y‖² / rows = ‖W‖² RMS(x)² + ‖b‖², for inputs that do not know the weights.
    let bias = norm(first.parameters.dropFirst().first) ?? 0
    let rest = max(rms * rms * Double(units) - bias * bias, 1e-6 * bias * bias)
    return (rest / (weightNorm * weightNorm)).squareRoot()
  }

  /// What a layer takes, views aside: the RMS of an output that was measured, or the batch.
  private func source(
    of node: Graph.Node, _ evidence: Evidence
  ) -> (rms: Double?, isBatch: Bool) {
    let layout = evidence.layout
    var current = node
    while current.inputs.count == 1, let input = current.inputs.first,
      let position = layout.position(ofNode: input)
    {
      if let rms = evidence.step.activations.rms(at: evidence.outputRows[position]) {
        return (rms, false)
      }
      current = layout.node(at: position)
      guard Self.views.contains(current.kind) else { return (nil, false) }
    }
    return (nil, current.inputs.isEmpty)
  }

  private static let views: Set<String> = ["Reshape", "Flatten", "Identity", "Transpose"]

  private func zeroWeights(_ evidence: Evidence) -> Finding? {
    let columns = evidence.step.parameters
    for (row, position) in evidence.parameterPositions.enumerated()
    where position >= 0 && evidence.layout.isMatrix[position] && row < columns.weightNorm.count {
      guard columns.weightNorm[row] == 0, evidence.index == 0 else { continue }
      let parameter = evidence.layout.graph.graph.parameters[position]
      let remedy = Remedy.initialize("kaiming_normal", nonlinearity: "relu")
      return Finding(
        rule: Self.name, severity: .error, layer: parameter.layer, firstStep: evidence.index,
        lastStep: evidence.index, value: 0, limit: 0, window: UInt64(steps),
        message: """
          \(parameter.name) starts at 0: all of its units compute the same, and no gradient passes \
          it. What helps: \(remedy.words).
          """, remedies: [remedy])
    }
    return nil
  }

  private func variances(_ evidence: Evidence) -> Finding? {
    let (layout, columns) = (evidence.layout, evidence.step.activations)
    // One output for each layer with weights: its own, or that of what it is fused with.
    var levels: [(level: Double, depth: Int, position: Int)] = []
    for waypoint in layout.spine where waypoint.depth > levels.last?.depth ?? 0 {
      let row = evidence.outputRows[waypoint.position]
      guard row >= 0, row < columns.std.count, columns.std[row] > 0, columns.std[row].isFinite
      else { continue }
      levels.append((2 * log10(Double(columns.std[row])), waypoint.depth, waypoint.position))
    }
    guard let first = levels.first, let last = levels.last, last.depth > first.depth else {
      return nil
    }
    let decades = last.level - first.level
    let per8 = decades * 8 / Double(max(8, last.depth - first.depth))
    guard abs(per8) > log10(ratio) else { return nil }
    let remedies: [Remedy] = layout.remediesForFlow.filter {
      if case .initialize = $0 { true } else if case .normalize = $0 { true } else { false }
    }
    let node = layout.node(at: last.position)
    return Finding(
      rule: Self.name, severity: .error, layer: node.layer, firstStep: evidence.index,
      lastStep: evidence.index, value: pow(10, per8), limit: per8 > 0 ? ratio : 1 / ratio,
      window: UInt64(steps),
      message: """
        signals \(decades > 0 ? "grow" : "shrink") from layer to layer: the variance of outputs at \
        \(node.name) is \(shortened(pow(10, decades))) times that of the first layer. What helps: \
        \(remedies.map(\.words).joined(separator: "; ")).
        """, remedies: remedies)
  }
}
