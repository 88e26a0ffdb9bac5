internal import Diagnosis
internal import Screen
internal import TraceSession

/// Whether training is healthy at the step that is looked at, in one line.
struct Verdict: Equatable {
  /// The line in more words and in fewer, the longest first; never empty.
  var choices: [String]
  var role: Role

  init(_ scene: Scene) {
    let (open, snapshot) = (scene.rankedFindings.filter(scene.isOpen), scene.snapshot)
    if let worst = open.first, worst.severity > .note {
      let head = "✗ " + Self.counts(open)
      let place = worst.layer.map { "\(head): \(worst.rule.rawValue) in \($0)" }
      choices =
        [worst.summary, worst.shortSummary].map { "\(head): \($0)" }
        + [place ?? "", "\(head): \(worst.rule.rawValue)"].filter { !$0.isEmpty }
      role = worst.severity.role
    } else if snapshot.extent == nil {
      (choices, role) = (["· waiting for the first step"], .dim)
    } else if !snapshot.recordsLosses, !snapshot.recordsGradients {
      (choices, role) = (["· nothing to judge: no losses or gradients in this trace"], .dim)
    } else {
      let before = scene.findings.contains { $0.severity > .note && !scene.isOpen($0) }
      let health = "✓ " + (before ? "healthy at this step" : "healthy")
      (choices, role) = ([health + Self.progress(snapshot), health], .good)
    }
  }

  /// The most that `width` columns have room for.
  func text(in width: Int) -> String {
    choices.first { $0.columns <= width } ?? choices[choices.count - 1]
  }

  /// `1 error, 2 warnings`.
  private static func counts(_ open: [Finding]) -> String {
    [Severity.error, .warning].compactMap { severity -> String? in
      let count = open.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }.joined(separator: ", ")
  }

  /// How far the loss came: `: loss 2.31 → 0.04`.
  private static func progress(_ snapshot: Snapshot) -> String {
    guard let loss = snapshot.scalars[.loss], let extent = snapshot.extent,
      let first = loss.value(at: extent.lowerBound), let now = loss.value(at: snapshot.cursor),
      first.finite > 0, now.finite > 0
    else { return "" }
    let numbers = [first, now].map { Figure.number(Double($0.mean)) }
    return ": loss \(numbers[0]) → \(numbers[1])"
  }
}

extension Finding {
  /// What is wrong, without why it matters and what helps.
  var summary: String {
    let end = message.firstRange(of: ". ")?.lowerBound ?? message.endIndex
    let sentence = message[..<end]
    return String(end == message.endIndex && sentence.last == "." ? sentence.dropLast() : sentence)
  }

  /// What is wrong, without the figures.
  var shortSummary: String {
    let summary = summary
    return String(summary[..<(summary.firstRange(of: ": ")?.lowerBound ?? summary.endIndex)])
  }
}
