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
    var bytes = Array("{\"trace\":".utf8)
    JSONText.append(trace, to: &bytes)
    bytes += ",\"name\":".utf8
    JSONText.append(name, to: &bytes)
    bytes += ",\"verdict\":\"\(isPassed ? "passed" : "failed")\",\"fail_on\":[".utf8
    for (index, threshold) in thresholds.enumerated() {
      if index > 0 { bytes += ",".utf8 }
      JSONText.append(threshold.name, to: &bytes)
    }
    bytes += "],\"steps\":\(steps),\"gaps\":\(gaps),\"ended\":\(ended),\"findings\":[".utf8
    for (index, finding) in findings.enumerated() {
      if index > 0 { bytes += ",".utf8 }
      append(finding, to: &bytes)
    }
    bytes += "]}\n".utf8
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(_ finding: Finding, to bytes: inout [UInt8]) {
    let fields: [(String, Cell)] = [
      ("rule", .text(finding.rule.rawValue)), ("severity", .text(finding.severity.rawValue)),
      ("layer", Cell(finding.layer)), ("parameter", Cell(finding.parameter)),
      ("first_step", Cell(finding.firstStep)), ("last_step", Cell(finding.lastStep)),
      ("value", Cell(finding.value)), ("limit", Cell(finding.limit)),
      ("window", Cell(finding.window)), ("message", .text(finding.message)),
    ]
    bytes += "{".utf8
    for (key, cell) in fields {
      JSONText.append(key, to: &bytes)
      bytes += ":".utf8
      JSONText.append(cell, to: &bytes)
      bytes += ",".utf8
    }
    bytes += "\"remedies\":[".utf8
    for (index, remedy) in finding.remedies.enumerated() {
      if index > 0 { bytes += ",".utf8 }
      JSONText.append(remedy.words, to: &bytes)
    }
    bytes += "],\"fails\":\(fails(finding))}".utf8
  }
}
