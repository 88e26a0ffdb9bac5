import TraceFormat
import TraceSession

/// A parameter that is to be trained, and that backward does not reach.
///
/// It is either cut off by a `Detach` behind it, or nothing connects it to the loss.
public struct MissingGradient: Rule {
  /// As tables and options know it.
  public static let name = RuleName.missingGradient

  private var episodes: [Episode] = []

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {}

  /// Finds the parameters without a gradient.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let columns = evidence.step.parameters
    guard columns.hasGradient.count == columns.parameter.count else { return }
    if episodes.count < columns.parameter.count {
      episodes += Array(
        repeating: Episode(), count: columns.parameter.count - episodes.count)
    }
    // Where there is none at all, that is another finding.
    let isBroken = !columns.hasGradient.contains(true)
    for row in columns.hasGradient.indices {
      let isMissing = !columns.hasGradient[row] && !isBroken
      guard isMissing || episodes[row].isOpen else { continue }
      episodes[row].note(
        isMissing ? .bad : .good, at: evidence.index, .immediate,
        in: &docket, .fixed(.error)
      ) { start in
        Self.finding(
          columns.parameter[row], from: start, through: evidence.index, evidence.layout.graph)
      }
    }
  }

  private static func finding(
    _ id: UInt32, from start: UInt64, through step: UInt64, _ graph: GraphIndex
  ) -> Finding {
    let name = graph.name(ofParameter: id)
    let cut = graph.detach(behind: id)
    let cause =
      if let cut {
        """
        `\(cut)` detaches it from the loss, as `.detach()` and `torch.no_grad()` do. Remove the \
        detach if it is to be trained
        """
      } else {
        """
        it is not connected to the loss: no path leads from it there. Use the layer's output in \
        what the loss is computed from
        """
      }
    return Finding(
      rule: Self.name, severity: .error, layer: graph.parameter(id)?.layer, parameter: name,
      firstStep: start, lastStep: step,
      message: """
        \(name) gets no gradient (its `.grad` stays None) and is never trained: \(cause), or freeze \
        it on purpose (`requires_grad=False`).
        """, remedies: cut.map { [.remove(layer: $0)] } ?? [])
  }
}

extension GraphIndex {
  /// The name of the layer of the first `Detach` that the parameter with `id` runs into.
  fileprivate func detach(behind id: UInt32) -> String? {
    var reached: Set<UInt32> = []
    for node in graph.nodes {
      guard node.parameters.contains(id) || node.inputs.contains(where: reached.contains) else {
        continue
      }
      if node.kind == "Detach" { return node.layer.isEmpty ? node.name : node.layer }
      reached.insert(node.id)
    }
    return nil
  }
}
