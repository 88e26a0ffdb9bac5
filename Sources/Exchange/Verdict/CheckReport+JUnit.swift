import Diagnosis

extension CheckReport {
  /// JUnit's XML: a test suite for the trace and a test case for each rule.
  ///
  /// Valid against both schemas in use: that of Ant (every suite with `id`, `package`, `timestamp`,
  /// `hostname`, properties and both outputs, one failure a case) and that of Jenkins.
  var junit: String {
    let failing = Dictionary(grouping: failures, by: \.rule)
    let seconds = Double(duration / 1_000_000) / 1e3
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuites>",
      "  <testsuite id=\"0\" package=\"gradtop\" name=\(quoted(name.isEmpty ? trace : name)) "
        + "timestamp=\"\(CivilTime(nanoseconds: start).text)\" "
        + "hostname=\(quoted(host.isEmpty ? "localhost" : host)) tests=\"\(rules.count)\" "
        + "failures=\"\(failing.count)\" errors=\"0\" skipped=\"0\" time=\"\(seconds)\">",
      "    <properties>",
      "      <property name=\"trace\" value=\(quoted(trace))/>",
      "      <property name=\"steps\" value=\"\(steps)\"/>",
      "    </properties>",
    ]
    for rule in rules {
      let head =
        "    <testcase classname=\(quoted("gradtop." + (name.isEmpty ? "run" : name))) "
        + "name=\(quoted(rule.rawValue)) time=\"0\""
      guard let findings = failing[rule], let first = findings.first else {
        lines.append(head + "/>")
        continue
      }
      lines.append(head + ">")
      lines.append(
        "      <failure type=\(quoted(first.severity.rawValue)) message=\(quoted(first.message))>"
          + escaped(findings.map(line).joined(separator: "\n")) + "</failure>")
      lines.append("    </testcase>")
    }
    let others = findings.filter { !fails($0) }.map(line).joined(separator: "\n")
    lines.append("    <system-out>\(escaped(others))</system-out>")
    lines.append("    <system-err>\(escaped(loss))</system-err>")
    lines += ["  </testsuite>", "</testsuites>"]
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ finding: Finding) -> String {
    let place = (finding.parameter ?? finding.layer).map { " at \($0)" } ?? ""
    return "\(finding.severity.rawValue): \(finding.rule.rawValue)\(place), \(finding.extent): "
      + finding.message
  }

  private func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// Text as XML 1.0 can hold it: control characters cannot stand in it at all.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// A moment as `2026-11-25T14:08:07`, in UTC.
struct CivilTime {
  let text: String

  /// Days to year, month and day: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  init(nanoseconds: UInt64) {
    let seconds = Int64(nanoseconds / 1_000_000_000)
    let (days, rest) = (seconds / 86_400, seconds % 86_400)
    let shifted = days + 719_468
    let era = shifted / 146_097
    let day = shifted - era * 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let (civilMonth, civilDay) = (
      month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1
    )
    let civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    text =
      "\(civilYear)-\(two(civilMonth))-\(two(civilDay))T\(two(rest / 3600)):"
      + "\(two(rest / 60 % 60)):\(two(rest % 60))"
  }
}
