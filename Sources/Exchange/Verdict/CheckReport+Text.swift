import Diagnosis

extension CheckReport {
  /// For people: a verdict, then each finding with its message below.
  var plainText: String {
    let missing = loss.isEmpty ? "" : " (\(loss))"
    var lines = [
      "\(trace): \(isPassed ? "passed" : "failed"): \(counts) in \(steps) steps\(missing)"
    ]
    for finding in findings {
      var head =
        "\(fails(finding) ? "✗" : "·") \(finding.severity.rawValue) \(finding.rule.rawValue)"
      if let place = finding.parameter ?? finding.layer { head += " at \(place)" }
      head += ", \(finding.extent)"
      if let measure = finding.measure { head += ": \(measure)" }
      lines.append("")
      lines.append(head)
      lines += Self.wrapped(finding.message, width: 96).map { "  " + $0 }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func wrapped(_ text: String, width: Int) -> [String] {
    var (lines, line) = ([String](), "")
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// One object on one line.
  var json: String {
    var text = TextBuffer()
    text.append("{\"trace\":")
    text.append(quoted: trace)
    text.append(",\"name\":")
    text.append(quoted: name)
    text.append(utf8: ",\"verdict\":\"\(isPassed ? "passed" : "failed")\",\"fail_on\":[")
    for (index, threshold) in thresholds.enumerated() {
      if index > 0 { text.append(",") }
      text.append(quoted: threshold.name)
    }
    text.append(utf8: "],\"steps\":\(steps),\"gaps\":\(gaps),\"ended\":\(ended),\"findings\":[")
    for (index, finding) in findings.enumerated() {
      if index > 0 { text.append(",") }
      append(finding, to: &text)
    }
    text.append("]}\n")
    return text.string
  }

  private func append(_ finding: Finding, to text: inout TextBuffer) {
    let fields: [(String, Cell)] = [
      ("rule", .text(finding.rule.rawValue)), ("severity", .text(finding.severity.rawValue)),
      ("layer", Cell(finding.layer)), ("parameter", Cell(finding.parameter)),
      ("first_step", Cell(finding.firstStep)), ("last_step", Cell(finding.lastStep)),
      ("value", Cell(finding.value)), ("limit", Cell(finding.limit)),
      ("window", Cell(finding.window)), ("message", .text(finding.message)),
    ]
    text.append("{")
    for (key, cell) in fields {
      text.append(quoted: key)
      text.append(":")
      text.append(json: cell)
      text.append(",")
    }
    text.append("\"remedies\":[")
    for (index, remedy) in finding.remedies.enumerated() {
      if index > 0 { text.append(",") }
      text.append(quoted: remedy.words)
    }
    text.append(utf8: "],\"fails\":\(fails(finding))}")
  }
}
