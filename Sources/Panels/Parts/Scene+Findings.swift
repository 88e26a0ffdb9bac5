internal import Diagnosis
internal import Screen
internal import TraceSession

extension Scene {
  /// The worst that was found about any of the layers; nil where nothing was.
  func worst(of layers: some Sequence<String>) -> Severity? {
    guard !findings.isEmpty else { return nil }
    let paths = Set(layers)
    return findings.lazy.filter { $0.layer.map(paths.contains) ?? false }.map(\.severity).max()
  }

  /// What was found: what holds now first, the worst before what is less bad, causes in layers before
  /// what follows of them, the older first.
  var rankedFindings: [Finding] {
    findings.enumerated().sorted { a, b in
      let (isOpenA, isOpenB) = (isOpen(a.element), isOpen(b.element))
      if isOpenA != isOpenB { return isOpenA }
      if a.element.severity != b.element.severity { return a.element.severity > b.element.severity }
      let (isCauseA, isCauseB) = (a.element.rule.isAboutLayers, b.element.rule.isAboutLayers)
      if isCauseA != isCauseB { return isCauseA }
      return (a.element.firstStep, a.offset) < (b.element.firstStep, b.offset)
    }.map(\.element)
  }

  /// What was found about the layer at `path`.
  func findings(of path: String) -> [Finding] { findings.filter { $0.layer == path } }

  /// Whether the finding holds at the step that is looked at.
  func isOpen(_ finding: Finding) -> Bool {
    guard let cursor = UInt64(exactly: snapshot.cursor) else { return false }
    return finding.firstStep <= cursor && cursor <= finding.lastStep
  }
}

extension Severity {
  /// Its color.
  var role: Role {
    switch self {
    case .note: .label
    case .warning: .warning
    case .error: .error
    }
  }
}
