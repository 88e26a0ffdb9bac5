/// How long something has been wrong at one place: what opens a finding, and what closes it.
///
/// A finding opens once the condition has held at `checks` checks in a row that span `steps` steps;
/// it closes once it has not held for as many. What is neither bad nor good (between the limit and
/// that of the way back) changes nothing.
struct Episode: Sendable {
  /// What a check says.
  enum Check {
    case bad
    case good
    case between
  }

  /// How long it takes to be sure.
  struct Patience: Sendable {
    var checks = 2
    var steps: UInt64 = 10
  }

  private var firstBad: UInt64?
  private var badChecks = 0
  private var firstGood: UInt64?
  private var goodChecks = 0
  private var entry: Docket.Entry?

  /// Whether a finding is open.
  var isOpen: Bool { entry != nil }

  /// The first step of the streak that goes on.
  var start: UInt64? { firstBad }

  /// Takes the next check.
  ///
  /// - Parameter finding: Makes the finding, with the first step in which it was so.
  mutating func note(
    _ check: Check, at step: UInt64, _ patience: Patience, in docket: inout Docket,
    _ gravity: Gravity, finding: (UInt64) -> Finding
  ) {
    switch check {
    case .bad:
      (firstGood, goodChecks) = (nil, 0)
      let start = firstBad ?? step
      firstBad = start
      badChecks += 1
      if let entry {
        docket.hold(entry, through: step)
      } else if badChecks >= patience.checks, step >= start, step - start + 1 >= patience.steps {
        entry = docket.open(finding(start), gravity)
      }
    case .good:
      guard firstBad != nil else { return }
      let start = firstGood ?? step
      firstGood = start
      goodChecks += 1
      guard entry != nil else {
        self = Episode()
        return
      }
      if goodChecks >= patience.checks, step >= start, step - start + 1 >= patience.steps {
        close(in: &docket)
      }
    case .between: break
    }
  }

  /// Ends the episode at once.
  mutating func close(in docket: inout Docket) {
    if let entry { docket.close(entry) }
    self = Episode()
  }
}
