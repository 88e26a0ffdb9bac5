/// What an op of a step was doing.
public enum Phase: UInt8, CaseIterable, Sendable {
  case forward, recompute, backward, optimizer, zeroGrad, data, offloadOut, offloadIn, collective

  /// As tables and panels print it.
  public var name: String {
    switch self {
    case .forward: "forward"
    case .recompute: "recompute"
    case .backward: "backward"
    case .optimizer: "optimizer"
    case .zeroGrad: "zero_grad"
    case .data: "data"
    case .offloadOut: "offload_out"
    case .offloadIn: "offload_in"
    case .collective: "collective"
    }
  }
}

/// What one optimizer step did: scalars, and columns for ops, parameters, activations and memory.
///
/// A column is empty (not measured) or exactly as long as the first column of its group.
public struct Step: Equatable, Sendable {
  /// From 0.
  public var index: UInt64 = 0
  /// The id of the graph in force.
  public var graph: UInt32 = 0
  /// Nanoseconds since the run's origin.
  public var start: UInt64 = 0
  /// Nanoseconds.
  public var duration: UInt64 = 0
  /// The mean over the micro-batches, before the update; nil where the producer knows of none.
  public var loss: Double?
  /// Of the batch, 0...1; nil where there is none.
  public var accuracy: Double?
  /// The learning rate of this update; nil where the producer knows of none.
  public var learningRate: Double?
  /// Samples in the step.
  public var samples: UInt32 = 0
  /// The total gradient norm, before clipping.
  public var gradNorm: Double?
  /// What clipping multiplied the gradients by; nil where clipping is off.
  public var clipFactor: Double?
  /// Nanoseconds by `Phase.rawValue`, up to the last phase that took time.
  public var phaseTimes: [UInt64] = []
  /// A row for each op, in the order in which they ran.
  public var ops = OpColumns()
  /// A row for each parameter.
  public var parameters = ParameterColumns()
  /// A row for each measured output.
  public var activations = ActivationColumns()
  /// Live bytes over the step.
  public var memory = MemoryColumns()

  /// An empty step, to be filled in.
  public init() {}

  /// Nanoseconds spent in `phase`.
  public func time(of phase: Phase) -> UInt64 {
    let index = Int(phase.rawValue)
    return index < phaseTimes.count ? phaseTimes[index] : 0
  }
}

/// The ops of a step, in the order in which they ran.
public struct OpColumns: Equatable, Sendable {
  /// Node ids: the key column.
  public var node: [UInt32] = []
  /// `Phase.rawValue`; an unknown value comes from a newer producer.
  public var phase: [UInt8] = []
  /// Nanoseconds since the end of the op before (or the step's start).
  public var gap: [UInt64] = []
  /// Nanoseconds.
  public var duration: [UInt64] = []
  /// Bytes that this op left for backward.
  public var savedBytes: [UInt64] = []
  /// Saved bytes that nobody needs after this op.
  public var freedBytes: [UInt64] = []
  /// The time step of an unrolled op, else -1.
  public var timeStep: [Int32] = []

  /// No rows.
  public init() {}
}

/// The parameters in a step.
public struct ParameterColumns: Equatable, Sendable {
  /// Parameter ids: the key column.
  public var parameter: [UInt32] = []
  /// Whether backward reached it.
  public var hasGradient: [Bool] = []
  /// L2 norm of the gradient before clipping.
  public var gradNorm: [Float] = []
  /// L2 norm of the weights before the update.
  public var weightNorm: [Float] = []
  /// L2 norm of after minus before.
  public var updateNorm: [Float] = []
  /// NaN and Inf elements of the gradient.
  public var nonFinite: [UInt64] = []

  /// No rows.
  public init() {}
}

/// Statistics of node outputs and of the loss's gradient with respect to them.
public struct ActivationColumns: Equatable, Sendable {
  /// Node ids: the key column.
  public var node: [UInt32] = []
  /// -1: not unrolled.
  public var timeStep: [Int32] = []
  /// Whether backward passes a gradient to the output.
  public var hasGradient: [Bool] = []
  /// Root mean square of ∂L/∂output.
  public var gradRMS: [Float] = []
  /// Of the output.
  public var mean: [Float] = []
  /// The population's standard deviation.
  public var std: [Float] = []
  /// Of the output.
  public var min: [Float] = []
  /// Of the output.
  public var max: [Float] = []
  /// NaN and Inf elements of the output.
  public var nonFinite: [UInt64] = []
  /// Elements that are exactly 0, as a fraction.
  public var zeroFraction: [Float] = []
  /// Indices of the last dimension (channels, for convolutions).
  public var units: [UInt32] = []
  /// Units that were 0 for every sample of the last 50 steps.
  public var deadUnits: [UInt32] = []
  /// Units saturated for over half of their samples.
  public var saturatedUnits: [UInt32] = []

  /// No rows.
  public init() {}
}

/// The arena's live bytes by category, after the op of each row.
public struct MemoryColumns: Equatable, Sendable {
  /// Index of the op row: the key column.
  public var row: [UInt32] = []
  /// Trained weights.
  public var parameter: [UInt64] = []
  /// Momentum and moments.
  public var optimizerState: [UInt64] = []
  /// The batch.
  public var input: [UInt64] = []
  /// Scratch memory of the running op.
  public var temporary: [UInt64] = []
  /// Outputs and saved tensors.
  public var activation: [UInt64] = []
  /// Gradients of parameters and of outputs.
  public var gradient: [UInt64] = []
  /// All of it, of producers that know no categories.
  public var total: [UInt64] = []

  /// No rows.
  public init() {}
}
