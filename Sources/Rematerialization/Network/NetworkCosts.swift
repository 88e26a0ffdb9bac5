/// What the nodes of a network cost in time and memory, and what their backwards read.
///
/// Nodes stand in forward order and are named by their positions. Parameters, optimizer state and the
/// batch are no nodes: they are there all the time, and make up `fixed`.
public struct NetworkCosts: Equatable, Sendable {
  /// A node.
  public struct Node: Equatable, Sendable {
    /// Unique in the network.
    public var name = ""
    /// The path of its layer.
    public var layer = ""
    /// The nodes whose results it takes; the one whose bytes it shares first.
    public var inputs: [Int] = []
    /// Whether its result is the bytes of its first input, as they are.
    public var isView = false
    /// Whether it overwrites its first input.
    public var overwrites = false
    /// Bytes of its result.
    public var result = 0
    /// Bytes of what forward makes for backward beside the result.
    public var extras = 0
    /// Whether backward reads that.
    public var needsExtras = false
    /// Whether backward reads the result.
    public var needsResult = false
    /// The inputs whose results backward reads.
    public var needsInputs: [Int] = []
    /// Whether it has a backward.
    public var hasBackward = false
    /// Bytes of the gradient of its result; 0 where there is none.
    public var gradient = 0
    /// Bytes of gradients of parameters that its backward is the first to write.
    public var lasting = 0
    /// Nanoseconds.
    public var forwardTime = 0.0
    /// Nanoseconds.
    public var backwardTime = 0.0
    /// Bytes while forward runs.
    public var forwardWorkspace = 0
    /// Bytes while backward runs.
    public var backwardWorkspace = 0
    /// Whether it draws random numbers: running it again must draw the same.
    public var isRandom = false
    /// Whether forward changes state that outlives the step: running it again must not.
    public var hasSideEffects = false

    /// A node that costs nothing.
    public init() {}
  }

  /// In forward order.
  public var nodes: [Node]
  /// Bytes that are there all the time.
  public var fixed: Int
  /// Nanoseconds of a step that no order changes: data, update.
  public var fixedTime: Double
  /// What it takes to send something out of memory and back; nil where nothing goes.
  public var transfer: Transfer? { didSet { leaving = bytesLeaving() } }
  /// By node: bytes that leave memory where what it makes for backward goes out; 0 where nothing may.
  private(set) var leaving: [Int]

  /// Costs of `nodes`.
  public init(nodes: [Node], fixed: Int = 0, fixedTime: Double = 0) {
    self.nodes = nodes
    self.fixed = fixed
    self.fixedTime = fixedTime
    leaving = nodes.map { _ in 0 }
  }

  /// The same with all times longer or shorter by a factor.
  ///
  /// Medians of ops add up to less than the median of a step, since each op is now and then late;
  /// what is measured of whole steps says by how much.
  public func scaled(by factor: Double) -> NetworkCosts {
    guard factor.isFinite, factor > 0 else { return self }
    var result = self
    result.fixedTime *= factor
    for index in nodes.indices {
      result.nodes[index].forwardTime *= factor
      result.nodes[index].backwardTime *= factor
    }
    return result
  }

  /// The node whose bytes a node's result stands in; nil where they are the batch's.
  func storage(_ node: Int) -> Int? {
    var at = node
    while nodes[at].isView || nodes[at].overwrites {
      guard let base = nodes[at].inputs.first else { return nil }
      at = base
    }
    return at
  }
}

/// One move of a step over a network.
public enum NetworkAction: Hashable, Sendable {
  /// A node runs forward; after the first time this is recompute.
  case forward(Int)
  /// A node runs backward.
  case backward(Int)
  /// What a node made for backward leaves memory until that needs it.
  case offload(Int)
}
