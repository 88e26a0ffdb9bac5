public import TraceFormat

/// A graph with the lookups that tables and panels need.
public struct GraphIndex: Sendable {
  /// As the trace has it.
  public let graph: Graph
}
