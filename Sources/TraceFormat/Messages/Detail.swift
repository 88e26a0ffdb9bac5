/// One op of a step that was walked through op by op, or in which a run broke.
public struct Detail: Equatable, Sendable {
  /// The step's index.
  public var step: UInt64 = 0
  /// The id of the graph in force.
  public var graph: UInt32 = 0
  /// The node's id.
  public var node: UInt32 = 0
  /// Forward or backward.
  public var phase = Phase.forward
  /// The op's row in the step's op columns.
  public var row: UInt32 = 0
  /// What the node took, as forward read it.
  public var inputs: [Tensor] = []
  /// What it gave.
  public var output: Tensor?
  /// Backward: the gradient of the output that arrived.
  public var upstream: Tensor?
  /// Backward: the gradients passed on.
  public var outgoing: [Tensor] = []

  /// An empty detail, to be filled in.
  public init() {}
}

extension Detail {
  /// A tensor at one moment.
  public struct Tensor: Equatable, Sendable {
    /// The node or parameter whose values or gradients they are; `$input` or `$target`.
    public var name = ""
    /// Its sizes.
    public var shape: [UInt64] = []
    /// L2 norm.
    public var norm: Double = 0
    /// NaN and Inf elements.
    public var nonFinite: UInt64 = 0
    /// All elements, row by row, where there are at most 64; else none.
    public var values: [Float] = []
    /// Whether it was added to what other ops passed on to the same place; the figures are this
    /// op's part.
    public var isAdded = false

    /// An empty tensor, to be filled in.
    public init() {}
  }
}
