/// The network as the engine runs it: first in a trace, and repeated; again when it changes.
public struct Graph: Equatable, Sendable {
  /// What `Step.graph` refers to.
  public var id: UInt32 = 0
  /// In execution order.
  public var nodes: [Node] = []
  /// What is kept for backward, and by whom.
  public var tensors: [Tensor] = []
  /// What the optimizer updates.
  public var parameters: [Parameter] = []
  /// The layers of the model file, containers included, in its order; the loss last.
  public var layers: [Layer] = []

  /// An empty graph, to be filled in.
  public init() {}
}

extension Graph {
  /// A layer or container of the model file, or its loss.
  public struct Layer: Equatable, Sendable {
    /// `block1/layernorm.0`.
    public var path = ""
    /// `LayerNorm`, `Residual`, `CrossEntropyLoss`, ...
    public var kind = ""
    /// Whether it holds other layers.
    public var isContainer = false
    /// Whether it is the loss.
    public var isLoss = false

    /// An empty layer, to be filled in.
    public init() {}
  }

  /// One op of the graph.
  public struct Node: Equatable, Sendable {
    /// Unique in the graph.
    public var id: UInt32 = 0
    /// Unique in the graph.
    public var name = ""
    /// The primitive: `Linear`, `Add`, ...
    public var kind = ""
    /// The path of its layer.
    public var layer = ""
    /// The forward rule as a formula.
    public var rule = ""
    /// What backward passes on, as a formula.
    public var backwardRule = ""
    /// The nodes whose outputs it takes.
    public var inputs: [UInt32] = []
    /// Of the output.
    public var shape: [UInt64] = []
    /// `float32`, `int32`, `bfloat16`; empty where nobody knows.
    public var dtype = "float32"
    /// Ids of the parameters it uses.
    public var parameters: [UInt32] = []
    /// Of one forward call.
    public var forwardFlops: UInt64 = 0
    /// Of one backward call.
    public var backwardFlops: UInt64 = 0
    /// Ids of the tensors that its backward reads.
    public var saved: [UInt32] = []
    /// Scratch memory while forward runs, in bytes.
    public var forwardWorkspaceBytes: UInt64 = 0
    /// Scratch memory while backward runs, in bytes.
    public var backwardWorkspaceBytes: UInt64 = 0
    /// Whether it draws random numbers.
    public var isRandom = false
    /// Whether forward changes state that outlives the step, as running statistics.
    public var hasSideEffects = false
    /// Whether it overwrites its input.
    public var isInPlace = false
    /// Ids of the nodes that run in one kernel or in one pass with it.
    public var fusedWith: [UInt32] = []
    /// Whether those and it work element by element, in one pass over their tensors: they could run
    /// apart, each with a result of its own.
    public var isInChain = false
    /// What it takes, in order, where `inputs` are not known, as in a profile.
    public var operands: [Operand] = []

    /// An empty node, to be filled in.
    public init() {}
  }

  /// A tensor that an op takes, without its origin.
  public struct Operand: Hashable, Sendable {
    /// Empty for a number.
    public var shape: [UInt64]
    /// As `Node.dtype`.
    public var dtype: String

    /// A tensor of `shape`.
    public init(shape: [UInt64] = [], dtype: String = "") {
      self.shape = shape
      self.dtype = dtype
    }
  }

  /// A tensor that is kept for backward.
  public struct Tensor: Equatable, Sendable {
    /// Unique in the graph.
    public var id: UInt32 = 0
    /// Tensors of one storage share their bytes.
    public var storage: UInt32 = 0
    /// Its size.
    public var bytes: UInt64 = 0
    /// The node whose forward makes it.
    public var producer: UInt32 = 0
    /// The nodes whose backward reads it.
    public var neededBy: [UInt32] = []
    /// `$input` or `$target`: no node makes it.
    public var isFromBatch = false

    /// An empty tensor, to be filled in.
    public init() {}
  }

  /// A trained tensor.
  public struct Parameter: Equatable, Sendable {
    /// Unique in the graph.
    public var id: UInt32 = 0
    /// As in a safetensors file: `block1.layernorm.0.weight`.
    public var name = ""
    /// The path of the layer that owns it.
    public var layer = ""
    /// PyTorch's shape and layout.
    public var shape: [UInt64] = []

    /// An empty parameter, to be filled in.
    public init() {}
  }
}
