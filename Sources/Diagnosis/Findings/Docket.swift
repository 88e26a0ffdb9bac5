/// The findings of a run, each kept once.
public struct Docket: Sendable {
  /// One finding of the docket.
  public struct Entry: Hashable, Sendable {
    fileprivate let slot: Int
  }

  /// All findings so far, in the order in which they were opened.
  public private(set) var findings: [Finding] = []
  /// What has happened since the last `takeChanges()`.
  private var changes: [Int: FindingChange.Kind] = [:]
  private var gravities: [Gravity] = []
  private var slots: [Subject: Int] = [:]
  /// How far the run is; what it makes of open findings is kept up to date.
  private(set) var progress = LearningProgress.State.early

  /// What tells one finding from another.
  private struct Subject: Hashable {
    var rule: RuleName
    var layer: String?
    var parameter: String?
  }

  /// No findings.
  public init() {}

  /// Opens a finding; where there was one of its rule at its place, that one is open again.
  ///
  /// - Parameter finding: `severity` is set from `gravity`.
  public mutating func open(_ finding: Finding, _ gravity: Gravity) -> Entry {
    let subject = Subject(
      rule: finding.rule, layer: finding.layer, parameter: finding.parameter)
    if let slot = slots[subject] {
      findings[slot].lastStep = max(finding.lastStep, findings[slot].lastStep)
      findings[slot].isOpen = true
      findings[slot].severity = gravity.severity(progress)
      gravities[slot] = gravity
      note(.changed, slot)
      return Entry(slot: slot)
    }
    let slot = findings.count
    slots[subject] = slot
    findings.append(finding)
    findings[slot].severity = gravity.severity(progress)
    gravities.append(gravity)
    changes[slot] = .opened
    return Entry(slot: slot)
  }

  /// Takes over a finding that only the producer could make.
  mutating func adopt(_ finding: Finding) {
    let entry = open(finding, .fixed(finding.severity))
    if !finding.isOpen { close(entry) }
  }

  /// Notes that it was still so in `step`.
  public mutating func hold(_ entry: Entry, through step: UInt64) {
    findings[entry.slot].lastStep = max(findings[entry.slot].lastStep, step)
  }

  /// Ends a finding.
  public mutating func close(_ entry: Entry) {
    guard findings[entry.slot].isOpen else { return }
    findings[entry.slot].isOpen = false
    note(.closed, entry.slot)
  }

  /// Takes in how far the run is.
  ///
  /// Open findings get worse or less bad with it, closed ones only less bad; those that were closed
  /// while it was too early to say are judged with the open ones, once.
  mutating func update(_ state: LearningProgress.State) {
    guard state != progress else { return }
    let wasEarly = progress == .early
    progress = state
    for slot in findings.indices {
      let severity = gravities[slot].severity(state)
      let known = findings[slot].severity
      guard severity != known, findings[slot].isOpen || wasEarly || severity < known else {
        continue
      }
      findings[slot].severity = severity
      note(.changed, slot)
    }
  }

  /// What has happened since the last call, in the order of the findings.
  mutating func takeChanges() -> [FindingChange] {
    guard !changes.isEmpty else { return [] }
    defer { changes.removeAll(keepingCapacity: true) }
    return changes.keys.sorted().map { slot in
      FindingChange(kind: changes[slot] ?? .changed, finding: findings[slot])
    }
  }

  private mutating func note(_ kind: FindingChange.Kind, _ slot: Int) {
    if changes[slot] == .opened, kind == .changed { return }
    changes[slot] = kind
  }
}
