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
  /// Another run to compare with, at the same step; nil: there is none.
  public var other: Snapshot?
  /// The processes of the run, each with its own trace; the first is `snapshot`.
  public var ranks: [Snapshot]
  /// What is wrong, so far.
  public var findings: [Finding]
  /// Where steps come from.
  public var producer: Producer
  /// Steps per second; nil: as many as there can be.
  public var speed: Double?
  /// Memory against recompute, as far as it is planned.
  public var planning = MemoryPlanning()
  /// Something to be told once, as a trace that cannot be written.
  public var notice: String

  /// A scene around `snapshot`.
  public init(
    _ snapshot: Snapshot, findings: [Finding] = [], producer: Producer = .replay(isPlaying: false),
    speed: Double? = nil, notice: String = "", other: Snapshot? = nil
  ) {
    self.snapshot = snapshot
    self.other = other
    ranks = [snapshot]
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
  /// One more op of the backward pass of a training.
  case walk
  /// The step that is walked to its end.
  case walkOut
  /// Go on within a memory budget of so many bytes.
  case plan(budget: Int)
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
  /// Runs one more op of backward: of the step that is walked, or, pausing before it, of the next.
  ///
  /// What the op took and made comes as a detail of the trace.
  func walk()
  /// Lets the step that is walked run to its end.
  func walkOut()
  /// Goes on within a memory budget, in bytes: steps are measured, then a plan comes into force.
  func plan(budget: Int)
  /// What becomes of such a plan; empty: nothing is to be told.
  var planningNote: String { get }
  /// Ends the training at the next step boundary.
  func end()
}
