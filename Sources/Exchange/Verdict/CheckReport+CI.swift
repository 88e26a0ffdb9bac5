import Diagnosis

extension CheckReport {
  /// For the summary of a CI job: a verdict and a table.
  var markdown: String {
    let missing = loss.isEmpty ? "" : " (\(loss))"
    var lines = [
      "### \(isPassed ? "✅" : "❌") gradtop check: \(cell(name.isEmpty ? trace : name))", "",
      "\(counts) in \(steps) steps\(missing); fails on "
        + thresholds.map { "`\($0.name)`" }.joined(separator: ", "),
    ]
    if !findings.isEmpty {
      lines += ["", "| | rule | where | steps | value | what |", "|---|---|---|---|---|---|"]
    }
    for finding in findings {
      let mark =
        switch finding.severity {
        case .error: "🔴"
        case .warning: "🟠"
        case .note: "⚪"
        }
      let steps = finding.extent.drop { !$0.isNumber }
      lines.append(
        "| \(mark) \(finding.severity.rawValue) | `\(finding.rule.rawValue)` | "
          + "\(cell(finding.parameter ?? finding.layer ?? "")) | \(steps) | "
          + "\(finding.measure ?? "") | \(cell(finding.message)) |")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func cell(_ text: String) -> String {
    text.map { character in
      switch character {
      case "|": "\\|"
      case "<": "&lt;"
      case _ where character.isNewline: " "
      default: String(character)
      }
    }.joined()
  }

  /// Workflow commands of GitHub Actions: an annotation for each finding, what fails as an error.
  ///
  /// `%`, CR and LF are escaped as actions/toolkit does, in properties `:` and `,` as well.
  var github: String {
    var lines = findings.map { finding -> String in
      let command =
        fails(finding) ? "error" : finding.severity == .note ? "notice" : "warning"
      let place = (finding.parameter ?? finding.layer).map { " at \($0)" } ?? ""
      let title = "\(finding.rule.rawValue)\(place)"
      return "::\(command) title=\(property(title))::"
        + data("\(finding.extent): \(finding.message)")
    }
    let verdict =
      "\(trace): \(isPassed ? "passed" : "failed"): \(counts) in \(steps) steps"
    lines.append(verdict + (loss.isEmpty ? "" : " (\(loss))"))
    return lines.map { $0 + "\n" }.joined()
  }

  private func data(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(scalar)
      }
    }.joined()
  }

  private func property(_ text: String) -> String {
    data(text).map { character in
      character == ":" ? "%3A" : character == "," ? "%2C" : String(character)
    }.joined()
  }
}
