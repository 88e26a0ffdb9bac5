public import TraceFormat

/// Times of ops summed over steps.
public struct OpTotals: Sendable {
  /// One node in one phase.
  public struct Key: Hashable, Sendable {
    /// The node's id.
    public var node: UInt32
    /// What it was doing.
    public var phase: Phase
  }

  /// What is known of one node in one phase.
  public struct Total: Equatable, Sendable {
    /// How often it ran.
    public var calls: UInt64 = 0
    /// Nanoseconds over all calls.
    public var totalTime: UInt64 = 0
    /// Nanoseconds of the longest call.
    public var maximumTime: UInt64 = 0
    /// Bytes that a call leaves for backward.
    public var savedBytes: UInt64 = 0
  }

  /// By node and phase.
  public private(set) var byOp: [Key: Total] = [:]
}
