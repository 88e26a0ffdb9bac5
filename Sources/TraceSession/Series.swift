/// A quantity over steps in bounded memory: blocks of `stride` steps, each with minimum, mean and
/// maximum, so that a spike survives every zoom.
public struct Series: Equatable, Sendable {
  /// What is known of the values in some consecutive steps.
  public struct Block: Equatable, Sendable {
    /// Of the finite values; NaN where there are none.
    public var min: Float
    /// Of the finite values; NaN where there are none.
    public var mean: Float
    /// Of the finite values; NaN where there are none.
    public var max: Float
    /// Values, non-finite ones included.
    public var count: UInt32
    /// NaN and Inf values.
    public var nonFinite: UInt32
  }

  /// The step of the first block's first value.
  public private(set) var origin = 0
  /// Steps in a block: a power of two.
  public private(set) var stride = 1
  /// Consecutive blocks from `origin`; one without values has count 0.
  public private(set) var blocks: [Block] = []

  /// No values.
  public init() {}
}
