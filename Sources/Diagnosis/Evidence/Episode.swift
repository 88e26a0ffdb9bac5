/// How long something has been wrong at one place: what opens a finding, and what closes it.
///
/// A finding opens once the condition has held at `checks` checks in a row that span `steps` steps. It
/// closes once the condition has been clearly over for `calm` steps, and each time that it comes again
/// that takes twice as long: n steps open and close it O(log n) times, whatever the noise. What is
/// neither bad nor good (between the limit and that of the way back) changes nothing.
struct Episode: Sendable {
  /// What a check says.
  enum Check {
    case bad
    case good
    case between
  }

  /// How long it takes to be sure.
  struct Patience: Sendable {
    let checks: Int
    let steps: UInt64
    /// Steps that it takes to be sure that it is over, the first time.
    let calm: UInt64

    /// Patience for `checks` checks and `steps` steps; for as long, it must be over.
    init(checks: Int = 2, steps: UInt64 = 10, calm: UInt64? = nil) {
      (self.checks, self.steps, self.calm) = (checks, steps, calm ?? steps)
    }

    /// What is sure at once, and over at once the first time.
    static let immediate = Patience(checks: 1, steps: 1)
  }

  private var firstBad: UInt64?
  private var badChecks = 0
  private var firstGood: UInt64?
  private var goodChecks = 0
  private var closings: UInt64 = 0
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
        // At the same place as before, it is the same finding.
        entry = docket.open(finding(start), gravity)
      }
    case .good:
      guard firstBad != nil else { return }
      guard isOpen else {
        forget()
        return
      }
      let start = firstGood ?? step
      firstGood = start
      goodChecks += 1
      let calm = patience.calm << min(closings, 32)
      if goodChecks >= patience.checks, step >= start, step - start + 1 >= calm {
        close(in: &docket)
      }
    case .between: break
    }
  }

  /// Ends the episode at once.
  mutating func close(in docket: inout Docket) {
    guard let entry else { return }
    docket.close(entry)
    self.entry = nil
    closings += 1
    forget()
  }

  private mutating func forget() {
    (firstBad, badChecks, firstGood, goodChecks) = (nil, 0, nil, 0)
  }
}
