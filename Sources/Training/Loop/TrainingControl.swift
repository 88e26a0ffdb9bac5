import Autodiff
import Synchronization

/// What others may ask of a training in progress, and how far it is: safe from any thread.
///
/// The training thread looks at step boundaries, and after each op of a step that is walked; it never
/// waits for anybody but a pause.
public final class TrainingControl: Sendable {
  /// What the training thread does next.
  enum Turn {
    /// Train a step.
    case step
    /// Train a step, and stop after each op of backward.
    case walk
    /// Nothing more.
    case end
  }

  /// Whether a loss or gradient that is not finite breaks the run, before the update.
  public let breaksAtNonFinite: Bool
  /// Whether a run that breaks ends; else it stands still, to be looked at.
  public let endsWhenBroken: Bool

  private let paused = Atomic<Bool>(false)
  private let ended = Atomic<Bool>(false)
  private let permits = Atomic<Int>(0)
  private let interval = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let loss = Atomic<UInt64>(Double.nan.bitPattern)
  /// Ops of backward that may run.
  private let opPermits = Atomic<Int>(0)
  private let walking = Atomic<Bool>(false)
  /// Whether a walked step runs to its end.
  private let walksOut = Atomic<Bool>(false)
  private let broken = Atomic<Bool>(false)
  private let reason = Mutex<String?>(nil)
  /// Bytes of a budget that somebody wants; 0: nobody does.
  private let wantedBudget = Atomic<Int>(0)
  private let planning = Mutex("")

  /// Running, at full speed.
  public init(breaksAtNonFinite: Bool = false, endsWhenBroken: Bool = false) {
    self.breaksAtNonFinite = breaksAtNonFinite
    self.endsWhenBroken = endsWhenBroken
  }

  /// Ends the training at the next step boundary.
  public func end() { ended.store(true, ordering: .relaxed) }

  /// Whether somebody has ended it.
  public var isEnded: Bool { ended.load(ordering: .relaxed) }

  /// Steps per second, at most; nil: as many as there can be.
  public var speed: Double? {
    get {
      let interval = interval.load(ordering: .relaxed)
      return interval == 0 ? nil : 1e9 / Double(interval)
    }
    set {
      interval.store(newValue.map { UInt64(1e9 / max($0, 0.01)) } ?? 0, ordering: .relaxed)
    }
  }

  /// Steps done, and the loss of the last one.
  public var progress: (steps: Int, loss: Double) {
    (done.load(ordering: .acquiring), Double(bitPattern: loss.load(ordering: .relaxed)))
  }

  func report(steps: Int, loss: Double) {
    self.loss.store(loss.bitPattern, ordering: .relaxed)
    done.store(steps, ordering: .releasing)
  }
}

// MARK: - Pausing and stepping

extension TrainingControl {
  /// Whether it stands still, or will at the next step boundary.
  public var isPaused: Bool { paused.load(ordering: .relaxed) }

  /// Stops at the next step boundary.
  public func pause() { paused.store(true, ordering: .relaxed) }

  /// Goes on.
  public func resume() {
    paused.store(false, ordering: .relaxed)
    walkOut()
  }

  /// Allows one more step while paused; one that is walked runs to its end.
  public func singleStep() {
    if walking.load(ordering: .relaxed) { walkOut() } else { permits.add(1, ordering: .relaxed) }
  }

  /// Runs one more op of the backward pass: of the step that is walked, or of the next one.
  public func walk() {
    pause()
    opPermits.add(1, ordering: .relaxed)
  }

  /// Lets the step that is walked run to its end.
  public func walkOut() {
    if walking.load(ordering: .relaxed) { walksOut.store(true, ordering: .relaxed) }
  }

  /// Holds the training thread while paused, or until the next step is due.
  func waitForTurn(after start: UInt64) -> Turn {
    while !isEnded {
      // Breaking pauses: a run that is to end then must not wait for somebody to go on.
      if endsWhenBroken, isBroken { return .end }
      if isPaused {
        if permits.load(ordering: .relaxed) > 0 {
          permits.subtract(1, ordering: .relaxed)
          return .step
        }
        if opPermits.load(ordering: .relaxed) > 0 {
          walksOut.store(false, ordering: .relaxed)
          walking.store(true, ordering: .relaxed)
          return .walk
        }
        Training.pause(nanoseconds: 2_000_000)
        continue
      }
      let interval = interval.load(ordering: .relaxed)
      let now = MonotonicClock.now()
      guard interval > 0, now < start &+ interval else { return .step }
      Training.pause(nanoseconds: min(start &+ interval - now, 5_000_000))
    }
    return .end
  }

  /// Holds the training thread behind an op of a walked step, until the next one may run.
  func waitForNextOp() {
    opPermits.subtract(1, ordering: .relaxed)
    while opPermits.load(ordering: .relaxed) <= 0, !walksOut.load(ordering: .relaxed), !isEnded {
      Training.pause(nanoseconds: 2_000_000)
    }
    // Whoever walks out needs no permits for the ops that are left.
    if walksOut.load(ordering: .relaxed) { opPermits.store(1, ordering: .relaxed) }
  }

  /// Notes that the walked step is done.
  func finishWalk() {
    opPermits.store(0, ordering: .relaxed)
    walking.store(false, ordering: .relaxed)
  }
}

// MARK: - Memory

extension TrainingControl {
  /// Asks for a plan within `budget` bytes: the next steps are measured, and the run goes on with it.
  public func plan(budget: Int) {
    guard budget > 0 else { return }
    tellPlanning("measuring for the new plan")
    wantedBudget.store(budget, ordering: .relaxed)
  }

  /// What becomes of the plan that was asked for; empty: nothing is to be told.
  public var planningNote: String { planning.withLock { $0 } }

  func tellPlanning(_ note: String) { planning.withLock { $0 = note } }

  /// The budget that somebody wants, once.
  func takeBudget() -> Int? {
    guard wantedBudget.load(ordering: .relaxed) > 0 else { return nil }
    return wantedBudget.exchange(0, ordering: .relaxed)
  }
}

// MARK: - Breaking

extension TrainingControl {
  /// Stops the run where it is, for a reason that is told; the first reason counts.
  public func breakRun(_ why: String) {
    reason.withLock { $0 = $0 ?? why }
    broken.store(true, ordering: .releasing)
    pause()
  }

  /// Whether it broke.
  var isBroken: Bool { broken.load(ordering: .acquiring) }

  /// Why the run broke; nil where it did not.
  public var breakReason: String? { reason.withLock { $0 } }
}
