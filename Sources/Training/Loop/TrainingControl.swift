import Autodiff
import Synchronization

/// What others may ask of a training in progress, and how far it is: safe from any thread.
///
/// The training thread looks at step boundaries; it never waits for anybody but a pause.
public final class TrainingControl: Sendable {
  private let paused = Atomic<Bool>(false)
  private let ended = Atomic<Bool>(false)
  private let permits = Atomic<Int>(0)
  private let interval = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let loss = Atomic<UInt64>(Double.nan.bitPattern)

  /// Running, at full speed.
  public init() {}

  /// Whether it stands still at a step boundary, or will at the next.
  public var isPaused: Bool { paused.load(ordering: .relaxed) }

  /// Stops at the next step boundary.
  public func pause() { paused.store(true, ordering: .relaxed) }

  /// Goes on.
  public func resume() { paused.store(false, ordering: .relaxed) }

  /// Allows one more step while paused.
  public func singleStep() { permits.add(1, ordering: .relaxed) }

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

  /// Holds the training thread while paused, or until the next step is due; false: end now.
  func waitForNextStep(after start: UInt64) -> Bool {
    while !ended.load(ordering: .relaxed) {
      if paused.load(ordering: .relaxed) {
        if permits.load(ordering: .relaxed) > 0 {
          permits.subtract(1, ordering: .relaxed)
          return true
        }
        Training.pause(nanoseconds: 2_000_000)
        continue
      }
      let interval = interval.load(ordering: .relaxed)
      let now = MonotonicClock.now()
      guard interval > 0, now < start &+ interval else { return true }
      Training.pause(nanoseconds: min(start &+ interval - now, 5_000_000))
    }
    return false
  }
}
