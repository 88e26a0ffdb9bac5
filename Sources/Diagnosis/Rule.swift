public import TraceFormat
public import TraceSession

/// One thing that can go wrong in training, and how it shows in the facts of a trace.
///
/// A rule is handed each step once, in order, and keeps what it needs of them: in bounded memory,
/// for a run may be endless.
public protocol Rule: Sendable {
  /// As tables and options know it.
  static var name: RuleName { get }

  /// Looks at the next step.
  ///
  /// - Parameter graph: the one in force in `step`.
  /// - Returns: what is wrong in this step, each finding with the step in which it began.
  mutating func examine(_ step: Step, of graph: GraphIndex) -> [Finding]
}
