public import TraceFormat
public import TraceSession

/// NaN or Inf, and the place where it was first seen.
///
/// Once one value is not finite, soon all are. So there is one finding, about the first step that
/// shows any and the place in it that comes first: an output in the order of execution, else the
/// loss, else a gradient in the order of the backward pass. It ends with the first step that is
/// finite throughout.
public struct NonFinite: Rule {
  /// As tables and options know it.
  public static let name = RuleName.nonFinite

  private var open: Finding?

  /// Nothing was seen yet.
  public init() {}

  /// Finds where the step's values cease to be finite.
  public mutating func examine(_ step: Step, of graph: GraphIndex) -> [Finding] {
    let place =
      output(of: step, graph) ?? loss(of: step, graph) ?? outputGradient(of: step, graph)
      ?? parameterGradient(of: step, graph)
    guard let place else {
      open = nil
      return []
    }
    var finding = open ?? place.finding(at: step.index)
    finding.lastStep = step.index
    open = finding
    return [finding]
  }
}

// MARK: - Places, in the order of a step

private struct Place {
  var layer: String?
  var parameter: String?
  var value: Double?
  var words: String
  var help: String

  func finding(at step: UInt64) -> Finding {
    Finding(
      rule: NonFinite.name, severity: .error, layer: layer, parameter: parameter,
      firstStep: step, lastStep: step, value: value, limit: 0,
      message: """
        \(words) in step \(step), and nothing measured in the step comes before it: from here the \
        update spreads it to all weights. \(help)
        """)
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
      layer: graph.node(id)?.layer, value: count.map { Double($0) },
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
      layer: graph.node(id)?.layer, value: columns.measuredGradRMS(at: first).map { Double($0) },
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
