import Diagnosis
import TraceFormat

/// A row for each finding about the steps.
struct FindingsTable: TableBuilder {
  static let columns = [
    "rule", "severity", "layer", "first_step", "last_step", "value", "limit", "message",
  ]

  private var judge = Judge()

  mutating func note(_ item: TraceItem) {
    judge.examine(item)
  }

  mutating func finish(to rows: inout RowWriter) throws(ExportError) {
    for finding in judge.findings {
      try rows.write([
        .text(finding.rule.rawValue),
        .text(finding.severity.rawValue),
        Cell(finding.layer),
        Cell(finding.firstStep),
        Cell(finding.lastStep),
        Cell(finding.value),
        Cell(finding.limit),
        .text(finding.message),
      ])
    }
  }
}
