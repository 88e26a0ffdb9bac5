import TraceFormat
import TraceSession

/// NaN or Inf, and the place where it was first seen.
///
/// Once one value is not finite, soon all are. So there is one finding, about the first step that
/// shows any and the place in it that comes first: an output in the order of execution, else the
/// loss, else a gradient in the order of the backward pass. It ends with the first step that is
/// finite throughout.
public struct NonFinite: Rule {
  /// As tables and options know it.
  public static let name = RuleName.nonFinite

  private var episode = Episode()
  private var history = GradientHistory()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {}

  /// Finds where the step's values cease to be finite.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let (step, graph) = (evidence.step, evidence.layout.graph)
    let place =
      output(of: step, graph) ?? loss(of: step, graph) ?? outputGradient(of: step, graph)
      ?? parameterGradient(of: step, graph)
    let history = history
    episode.note(
      place == nil ? .good : .bad, at: evidence.index, .immediate,
      in: &docket, .fixed(.error)
    ) { _ in
      // There is one wherever the check is bad.
      let place = place ?? Place(words: "", help: "")
      return place.finding(evidence, history)
    }
    if place == nil { self.history.add(step) }
  }
}

/// The norms of parameters' gradients in the last steps that were finite.
private struct GradientHistory: Sendable {
  private static let length = 3

  private var steps: [(index: UInt64, parameters: [UInt32], norms: [Float])] = []

  mutating func add(_ step: Step) {
    guard !step.parameters.gradNorm.isEmpty else { return }
    if steps.count == Self.length { steps.removeFirst() }
    steps.append((step.index, step.parameters.parameter, step.parameters.gradNorm))
  }

  /// `fc1.weight 0.1 (step 3), 20 (step 4)`; nil where nothing is known.
  func words(of id: UInt32, _ graph: GraphIndex) -> String? {
    let norms = steps.compactMap { step -> String? in
      guard let row = step.parameters.firstIndex(of: id), row < step.norms.count else { return nil }
      return "\(shortened(Double(step.norms[row]))) (step \(step.index))"
    }
    return norms.isEmpty ? nil : "\(graph.name(ofParameter: id)) \(norms.joined(separator: ", "))"
  }
}

// MARK: - Places, in the order of a step

private struct Place {
  var node: UInt32?
  var layer: String?
  var parameter: String?
  var value: Double?
  var words: String
  var help: String

  func finding(_ evidence: Evidence, _ history: GradientHistory) -> Finding {
    Finding(
      rule: NonFinite.name, severity: .error, layer: layer, parameter: parameter,
      firstStep: evidence.index, lastStep: evidence.index, value: value, limit: 0,
      message: """
        \(words) in step \(evidence.index), and nothing measured in the step comes before it: from \
        here the update spreads it to all weights. \(circumstances(evidence, history))\(help)
        """, remedies: [.clipGradients(1), .scaleLearningRate(0.1)])
  }

  /// What went into the op, how its parameters' gradients were before, and the way to the loss.
  private func circumstances(_ evidence: Evidence, _ history: GradientHistory) -> String {
    guard let node, let it = evidence.layout.graph.node(node) else { return "" }
    let graph = evidence.layout.graph
    var sentences: [String] = []
    let columns = evidence.step.activations
    let ranges = it.inputs.compactMap { input -> String? in
      guard let position = evidence.layout.position(ofNode: input), evidence.isMeasured else {
        return nil
      }
      let row = evidence.outputRows[position]
      // NaN: fused with the node behind it, it makes no output.
      guard row >= 0, row < columns.min.count, row < columns.max.count, !columns.min[row].isNaN
      else { return nil }
      let range = "\(shortened(Double(columns.min[row])))…\(shortened(Double(columns.max[row])))"
      return "\(graph.name(ofNode: input)) in \(range)"
    }
    if !ranges.isEmpty { sentences.append("It takes \(ranges.joined(separator: ", ")).") }
    let norms = evidence.layout.parameters(before: it).compactMap { history.words(of: $0, graph) }
    if !norms.isEmpty { sentences.append("Gradients before: \(norms.joined(separator: "; ")).") }
    let path = evidence.layout.path(from: node)
    if path.count > 1 { sentences.append("On to the loss: \(path.joined(separator: " → ")).") }
    return sentences.map { $0 + " " }.joined()
  }
}

extension NetworkLayout {
  /// The parameters of a node, or of the nearest one before it that has any.
  fileprivate func parameters(before node: Graph.Node) -> [UInt32] {
    var (current, seen) = (node, 0)
    while current.parameters.isEmpty, seen < 100, let input = current.inputs.first,
      let position = position(ofNode: input)
    {
      (current, seen) = (self.node(at: position), seen + 1)
    }
    return current.parameters
  }

  /// The names of the nodes from the one with `id` to the loss, each the nearest to the loss that
  /// takes the one before; of a long way, its ends.
  fileprivate func path(from id: UInt32) -> [String] {
    guard let start = position(ofNode: id), let loss = lossPosition else { return [] }
    var (names, current) = ([graph.name(ofNode: id)], start)
    while current != loss, names.count < 10_000 {
      let next = graph.graph.nodes.indices.last { candidate in
        candidate > current
          && node(at: candidate).inputs.contains { position(ofNode: $0) == current }
      }
      guard let next else { break }
      names.append(node(at: next).name)
      current = next
    }
    guard names.count > 9 else { return names }
    return names.prefix(4) + ["…"] + names.suffix(4)
  }
}

extension NonFinite {
  private func output(of step: Step, _ graph: GraphIndex) -> Place? {
    let columns = step.activations
    let rows = columns.node.indices.filter { row in
      (row < columns.nonFinite.count && columns.nonFinite[row] > 0)
        // NaN means that there is no output: what is fused with the node behind it makes none.
        || (row < columns.mean.count && columns.mean[row].isInfinite)
    }
    let first = rows.min { position($0) < position($1) }
    guard let first else { return nil }
    func position(_ row: Int) -> Int { graph.position(ofNode: columns.node[row]) ?? .max }
    let id = columns.node[first]
    let count = first < columns.nonFinite.count ? columns.nonFinite[first] : nil
    return Place(
      node: id, layer: graph.node(id)?.layer, value: count.map { Double($0) },
      words: "the output of \(graph.name(ofNode: id)) has \(counted(count))",
      help: """
        Look at its inputs for a log or root of 0, a division by 0 or an exp of large values; lower \
        the learning rate, clip gradients.
        """)
  }

  private func loss(of step: Step, _ graph: GraphIndex) -> Place? {
    guard let loss = step.loss, !loss.isFinite else { return nil }
    return Place(
      layer: graph.graph.layers.first(where: \.isLoss)?.path, value: loss,
      words: "the loss is \(loss)",
      help: """
        Check the data for NaN, lower the learning rate, clip gradients; record all columns \
        (`--norms-every 1`) to see which output it comes from.
        """)
  }

  private func outputGradient(of step: Step, _ graph: GraphIndex) -> Place? {
    let columns = step.activations
    let rows = columns.node.indices.filter { columns.measuredGradRMS(at: $0)?.isFinite == false }
    // Backward runs from the loss: the last node comes first.
    let first = rows.max { position($0) < position($1) }
    guard let first else { return nil }
    func position(_ row: Int) -> Int { graph.position(ofNode: columns.node[row]) ?? -1 }
    let id = columns.node[first]
    return Place(
      node: id, layer: graph.node(id)?.layer,
      value: columns.measuredGradRMS(at: first).map { Double($0) },
      words: "the gradient of the output of \(graph.name(ofNode: id)) is not finite",
      help: "Clip gradients, lower the learning rate, or normalize what the layer takes.")
  }

  private func parameterGradient(of step: Step, _ graph: GraphIndex) -> Place? {
    let columns = step.parameters
    let row = columns.parameter.indices.last { row in
      (row < columns.nonFinite.count && columns.nonFinite[row] > 0)
        || columns.measuredGradNorm(at: row)?.isFinite == false
        || (row < columns.weightNorm.count && !columns.weightNorm[row].isFinite)
    }
    guard let row else { return nil }
    let id = columns.parameter[row]
    let name = graph.name(ofParameter: id)
    let count = row < columns.nonFinite.count ? columns.nonFinite[row] : nil
    return Place(
      layer: graph.parameter(id)?.layer, parameter: name, value: count.map { Double($0) },
      words: "\(name) or its gradient has \(counted(count))",
      help: "Clip gradients, lower the learning rate, or scale the loss down.")
  }

  private func counted(_ count: UInt64?) -> String {
    guard let count, count > 0 else { return "NaN or Inf values" }
    return count == 1 ? "1 NaN or Inf value" : "\(count) NaN or Inf values"
  }
}
