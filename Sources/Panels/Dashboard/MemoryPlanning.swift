public import Diagnosis

/// How far planning for memory is: a panel never plans, it is told.
public struct MemoryPlanning: Sendable {
  /// What is known of the frontier.
  public enum State: Sendable {
    /// Nobody has asked for it.
    case unasked
    /// It waits for something.
    case waiting(String)
    /// It is on its way.
    case running
    /// It is there.
    case ready(MemoryFrontier)
    /// There is none, and why.
    case failed(String)
  }

  /// What is known of the frontier.
  public var state: State
  /// What becomes of a plan that was asked for; empty: nothing is to be told.
  public var note: String

  /// Planning in this state.
  public init(_ state: State = .unasked, note: String = "") {
    (self.state, self.note) = (state, note)
  }

  /// The frontier; nil where it is not there.
  var frontier: MemoryFrontier? { if case .ready(let frontier) = state { frontier } else { nil } }
}
