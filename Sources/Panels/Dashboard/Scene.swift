public import Diagnosis
public import TraceSession

/// All that panels may look at when they draw.
public struct Scene: Sendable {
  /// What produces the steps.
  public enum Producer: Equatable, Sendable {
    /// The run in this process.
    case training(isPaused: Bool)
    /// The run in this process has ended.
    case ended
    /// Another process; its run cannot be controlled from here.
    case follow
    /// A closed trace.
    case replay(isPlaying: Bool)
  }

  /// The trace as seen from the cursor.
  public var snapshot: Snapshot
  /// What is wrong, so far.
  public var findings: [Finding]
  /// Where steps come from.
  public var producer: Producer
  /// Steps per second; nil: as many as there can be.
  public var speed: Double?
  /// Something to be told once, as a trace that cannot be written.
  public var notice: String

  /// A scene around `snapshot`.
  public init(
    _ snapshot: Snapshot, findings: [Finding] = [], producer: Producer = .replay(isPlaying: false),
    speed: Double? = nil, notice: String = ""
  ) {
    self.snapshot = snapshot
    self.findings = findings
    self.producer = producer
    self.speed = speed
    self.notice = notice
  }
}

/// What the dashboard asks of whoever runs it.
public enum Effect: Equatable, Sendable {
  /// Leave; a training in this process ends.
  case quit
  /// Move the cursor.
  case seek(Int)
  /// Move the cursor to the end and keep it there.
  case follow
  /// Pause or go on.
  case togglePause
  /// One more step of a paused training.
  case singleStep
  /// Half the speed.
  case slower
  /// Twice the speed.
  case faster
  /// Another theme.
  case nextTheme
}

/// A training that can be controlled.
public protocol RunControl: AnyObject {
  /// Whether it stands still at a step boundary.
  var isPaused: Bool { get }
  /// Steps per second at most; nil: as many as there can be.
  var speed: Double? { get set }
  /// Stops at the next step boundary.
  func pause()
  /// Goes on.
  func resume()
  /// Does one step while paused.
  func singleStep()
  /// Ends the training at the next step boundary.
  func end()
}
