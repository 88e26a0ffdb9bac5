import Diagnosis
import Testing
import TraceFormat

@Suite struct RecordedFindingsTests {
  private static func record(
    _ rule: String, layer: String = "", step: UInt64, until last: UInt64, isOpen: Bool
  ) -> FindingRecord {
    var record = FindingRecord()
    (record.rule, record.severity, record.layer) = (rule, "warning", layer)
    (record.firstStep, record.lastStep, record.isOpen) = (step, last, isOpen)
    return record
  }

  @Test func theLastWordAboutEachCounts() {
    let findings = Finding.recorded([
      Self.record("dead_units", layer: "1", step: 5, until: 60, isOpen: true),
      Self.record("loss_stalled", step: 7, until: 90, isOpen: true),
      Self.record("dead_units", layer: "1", step: 5, until: 80, isOpen: false),
      Self.record("dead_units", layer: "2", step: 5, until: 60, isOpen: true),
    ])
    #expect(findings.map(\.layer) == ["1", nil, "2"])
    #expect(findings.map(\.lastStep) == [80, 90, 60])
    #expect(findings.map(\.isOpen) == [false, true, true])
    #expect(findings.map(\.severity) == [.warning, .warning, .warning])
  }
}
