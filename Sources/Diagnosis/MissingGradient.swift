public import TraceFormat
public import TraceSession

/// A parameter that is to be trained, and that backward does not reach.
///
/// It is either cut off by a `Detach` behind it, or nothing connects it to the loss.
public struct MissingGradient: Rule {
  /// As tables and options know it.
  public static let name = RuleName.missingGradient

  private var found: [UInt32: Finding] = [:]

  /// No parameter is known yet.
  public init() {}

  /// Finds the parameters without a gradient.
  public mutating func examine(_ step: Step, of graph: GraphIndex) -> [Finding] {
    let columns = step.parameters
    var findings: [Finding] = []
    for (row, id) in columns.parameter.enumerated() where row < columns.hasGradient.count {
      guard !columns.hasGradient[row] else {
        found[id] = nil
        continue
      }
      var finding = found[id] ?? self.finding(id, step.index, graph)
      finding.lastStep = step.index
      found[id] = finding
      findings.append(finding)
    }
    return findings
  }

  private func finding(_ id: UInt32, _ step: UInt64, _ graph: GraphIndex) -> Finding {
    let name = graph.name(ofParameter: id)
    let cause =
      if let cut = graph.detach(behind: id) {
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
      firstStep: step, lastStep: step,
      message: """
        \(name) gets no gradient (its `.grad` stays None) and is never trained: \(cause), or freeze \
        it on purpose (`requires_grad=False`).
        """)
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
