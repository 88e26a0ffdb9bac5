import TraceFormat
import TraceSession

/// A loss that depends on no parameter: backward has nothing to reach.
///
/// As where `loss.item()` took the number out of the graph, or everything is behind a detach.
public struct BrokenGraph: Rule {
  /// As tables and options know it.
  public static let name = RuleName.brokenGraph

  private var episode = Episode()

  /// A rule that has seen nothing yet.
  public init(_ settings: RuleSettings) {}

  /// Looks for a parameter with a gradient.
  public mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let columns = evidence.step.parameters
    guard !columns.parameter.isEmpty, columns.hasGradient.count == columns.parameter.count else {
      return
    }
    episode.note(
      columns.hasGradient.contains(true) ? .good : .bad, at: evidence.index,
      .immediate, in: &docket, .fixed(.error)
    ) { start in
      Finding(
        rule: Self.name, severity: .error,
        layer: evidence.layout.graph.graph.layers.first(where: \.isLoss)?.path, firstStep: start,
        lastStep: evidence.index, message: Self.message)
    }
  }

  /// What is wrong, and what helps.
  public static let message = """
    the graph is broken: the loss depends on no parameter, so `loss.backward()` reaches none, as \
    behind `loss.item()`, `.detach()` or `torch.no_grad()`. Compute the loss from the output of \
    layers with parameters, and keep it a tensor.
    """
}
