/// What a plan row does.
public enum PlanPhase: Sendable {
  case forward, recompute, backward, optimizer, offloadOut, offloadIn
}

/// One op of a plan: a node in one phase, as it runs at each step.
public struct PlanRow: Sendable {
  /// The node.
  public let node: NodeID
  /// What it does.
  public let phase: PlanPhase
  /// Bytes that it leaves for backward.
  public internal(set) var savedBytes = 0
  /// Saved bytes that nobody needs after it.
  public internal(set) var freedBytes = 0
  /// Live bytes by category (`MemoryCategory.rawValue`) at its fullest moment.
  public internal(set) var liveBytes: [Int] = Array(
    repeating: 0, count: MemoryCategory.allCases.count)
  /// Its result; in backward the gradient of that.
  let tensor: TensorID
  /// Its kernels.
  let kernels: Range<Int>
  /// The nodes that run in it, from `node` on: what is fused, in forward's order.
  public internal(set) var nodes: [NodeID] = []
  /// Forward: the nodes among them whose results exist as a whole, and where.
  var outputs: [(node: NodeID, tensor: TensorID)] = []
  /// Backward in one pass: where Σ g² of the gradients in between are left.
  var squares: ChainSquares?
  /// Forward through time: the state at each time step.
  var states: Operand?
  /// Backward through time: the root mean square of the state's gradient at each time step.
  var timeNorms: TensorID?
}

/// Where a chain leaves sums of squares: for each thread one for each node.
struct ChainSquares {
  let tensor: TensorID
  let threads: Int
  /// The nodes whose outputs have these gradients.
  let nodes: [NodeID]
}

/// What one reading of a step is of.
public struct ReadingPlace: Equatable, Sendable {
  /// The node.
  public let node: NodeID
  /// The time step; nil: its output as a whole.
  public let timeStep: Int?
}

/// A tensor that is kept for backward.
public struct SavedTensor: Sendable {
  /// The same for tensors that share bytes.
  public let storage: Int
  /// Its size.
  public let bytes: Int
  /// The node that makes it; nil for parameters, constants and the batch.
  public let producer: NodeID?
  /// Whether it is the batch.
  public let isFromBatch: Bool
  /// The nodes whose backward reads it.
  public internal(set) var neededBy: [NodeID]
}

/// How a network is to be trained.
public struct PlanOptions: Sendable {
  /// Micro-batches for each update.
  public var accumulate = 1
  /// Whether gradients are overwritten at each step; without it they pile up, as in PyTorch when
  /// `zero_grad()` is forgotten.
  public var zeroGrad = true
  /// The total gradient norm is clipped to this.
  public var clipNorm: Double?
  /// Each element of a gradient is clipped to ± this.
  public var clipValue: Double?
  /// The most threads of one kernel.
  public var threads = 1
  /// In which order nodes run forward, again, and backward; nil: forward once, keeping everything.
  public var order: StepOrder?
  /// What leaves memory between forward and backward; nil: nothing.
  public var offload: OffloadOptions?
  /// How numbers of products and activations are kept.
  public var precision = Precision.float32
  /// Whether bfloat16 is stored as such where the processor computes in it; else it is float32,
  /// rounded.
  public var storesBFloat16 = KernelFactory.hasBFloat16
  /// Elements of a network's largest value from which bfloat16 is stored.
  ///
  /// Below, calling oneDNN takes longer than computing (a quarter of a step at 128 elements, three
  /// quarters at 8), and there is no memory to speak of to be saved.
  public var storedElements = 1 << 10
  /// What the random numbers of primitives derive from.
  public var seed: UInt64 = 0
  /// Elements from which nodes that work element by element go over their tensors in one pass.
  ///
  /// nil: never. Smaller tensors stay in the processor's caches from one op to the next, and are better
  /// seen one by one. An order of its own or an offload keeps all apart: each must be able to run alone.
  public var chainElements: Int? = 1 << 21
  /// Whether values stand in the layouts that convolutions choose; else all are in row order.
  public var carriesLayouts = true

  /// One batch, gradients cleared, nothing clipped, one thread.
  public init() {}

  /// Whether activations of `network` are bfloat16 in memory.
  func stores(_ network: Network) -> Bool {
    precision == .bfloat16 && storesBFloat16
      && network.values.contains { $0.shape.elementCount >= storedElements }
  }
}

/// A network's training step, decided once: an order, kernels, a place in one arena for each tensor.
///
/// Running it decides nothing.
public final class Plan {
  /// What is trained.
  public let network: Network
  /// The value that is made small.
  public let loss: ValueID
  /// How weights change.
  public let updateRule: any UpdateRule
  /// As asked for.
  public let options: PlanOptions
  /// The ops in the order in which they run.
  public let rows: [PlanRow]
  /// What backward needs, once for each tensor.
  public let savedTensors: [SavedTensor]
  /// For each node: positions in `savedTensors` that its backward reads.
  public let savedByNode: [[Int]]
  /// For each parameter: whether the loss depends on it.
  public let parameterHasGradient: [Bool]
  /// For each node: whether a gradient of its output exists.
  public let nodeHasGradient: [Bool]
  /// What is measured of a step: each node's output, then each state of those that go through time.
  public let readings: [ReadingPlace]
  /// For each node: the nodes that run in one kernel or one pass with it; the first has the time.
  public let fusedWith: [[NodeID]]
  /// For each node: whether it goes over its tensors in one pass with those; else what it is fused with
  /// is one kernel of oneDNN's, and the first has no result of its own.
  public let isInChain: [Bool]
  /// Bytes of the arena.
  public let arenaBytes: Int
  /// The largest sum of live bytes: no packing needs less.
  public let arenaLowerBound: Int

  /// Bytes of what leaves memory between forward and backward.
  public let offloadedBytes: Int
  /// How many tensors leave it.
  public let offloadedTensors: Int

  /// Everything that runs, in order.
  let parts: [PlanPart]
  let kernels: [Kernel]
  let scratch: [TensorID?]
  let offsets: [Int]
  let valueTensors: [TensorID]
  /// By value, and for its gradient.
  let layouts: [ChannelLayout]
  let types: [ElementType]
  let gradientTensors: [TensorID?]
  let stateTensors: [[TensorID]]
  let seed: TensorID
  let factory: KernelFactory

  /// Plans the training of `network` to make `loss` small.
  ///
  /// - Throws: `PlanError` where no parameter is reached, the loss is no scalar, or a kernel cannot
  ///   be made.
  public init(
    _ network: Network, loss: ValueID, updateRule: any UpdateRule, options: PlanOptions
  ) throws(PlanError) {
    var builder = try PlanBuilder(network, loss: loss, updateRule: updateRule, options: options)
    try builder.build()
    let memory = builder.packed()
    self.network = network
    self.loss = loss
    self.updateRule = updateRule
    self.options = options
    rows = memory.rows
    savedTensors = builder.saved.tensors
    savedByNode = builder.saved.byNode
    let hasGradient = builder.differentiation.hasGradient
    parameterHasGradient = network.parameters.map { hasGradient[$0.value.index] }
    nodeHasGradient = network.nodes.map { hasGradient[$0.result.index] }
    readings = Self.readings(of: network, rows: memory.rows)
    let fusion = builder.fusion
    fusedWith = network.nodes.indices.map { fusion.partners(of: NodeID(index: $0)) }
    isInChain = fusion.chains.first.map { $0 != nil }
    arenaBytes = memory.packing.extent
    arenaLowerBound = memory.packing.lowerBound
    offloadedBytes = builder.offload.storeBytes
    offloadedTensors = builder.offload.transfers.count
    parts = builder.parts
    kernels = builder.kernels
    scratch = builder.scratch
    offsets = memory.offsets
    valueTensors = builder.valueTensors
    layouts = builder.layout.layouts
    types = builder.storage.types
    gradientTensors = builder.gradientTensors
    stateTensors = builder.stateTensors
    seed = builder.seed
    factory = builder.factory
  }

  private static func readings(of network: Network, rows: [PlanRow]) -> [ReadingPlace] {
    var steps: [NodeID: Int] = [:]
    for row in rows { if let states = row.states { steps[row.node] = states.shape.sizes[0] } }
    let nodes = network.nodes.indices.map { NodeID(index: $0) }
    return nodes.map { ReadingPlace(node: $0, timeStep: nil) }
      + nodes.flatMap { node in
        (0..<steps[node, default: 0]).map { ReadingPlace(node: node, timeStep: $0) }
      }
  }

  /// Floating-point operations of one forward and one backward call of a node.
  public func cost(of node: NodeID) -> Cost {
    let it = network[node]
    let operands = it.operands.map { network[$0].shape }
    let wanted = it.operands.map { gradientTensors[$0.index] != nil }
    let cost = it.primitive.cost(of: operands, result: network[it.result].shape, wanted: wanted)
    return nodeHasGradient[node.index] ? cost : Cost(forward: cost.forward, backward: 0)
  }
}

/// One stretch of a step.
enum PlanPart {
  /// The batch of a micro-batch is put in place.
  case data(micro: Int)
  /// The ops at these rows.
  case ops(Range<Int>, PlanPhase)
  /// Forward is over, and the loss is there.
  case turn
  /// Rows of the optimizer; each updates these parameters.
  case updates(Range<Int>, parameters: [[ParameterID]])
}
