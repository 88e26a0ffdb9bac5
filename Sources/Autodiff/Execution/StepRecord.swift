/// Where an executor writes what a step did: columns that the caller owns, filled in place, so that
/// recording allocates nothing.
public struct StepRecord {
  /// Start and end of each plan row, in nanoseconds of `MonotonicClock`: 2 × rows.
  public var times: UnsafeMutablePointer<UInt64>?
  /// Sums over each parameter's gradient, weights and change.
  public var parameters: UnsafeMutablePointer<UpdateSums>?
  /// Statistics of outputs and of their gradients, in the order of `Plan.readings`; nil where this
  /// step is not measured.
  public var outputs: UnsafeMutablePointer<OutputReading>?
  /// Looks at each op; nil where nobody does.
  public var inspection: OpInspection?
  /// Where a NaN or an Inf before the update has the update left out.
  public var watch = NonFiniteWatch.off

  /// Records nothing.
  public init() {}
}

/// Where the executor looks for NaN and Inf before it updates weights.
public enum NonFiniteWatch: Sendable {
  /// Nowhere.
  case off
  /// At the loss and the gradients of vectors, such as biases: at matrices only of layers that have
  /// nothing else.
  ///
  /// A NaN in the gradient of a layer's output comes to its bias as it comes to its weights. This is
  /// a look at few numbers; what it misses is in the next step's loss.
  case vectors
  /// At the loss and each gradient.
  case everything
}

/// What one step came to.
public struct StepResult: Sendable {
  /// The mean over the micro-batches, before the update.
  public var loss = 0.0
  /// Rows whose class was predicted, and rows judged; nil where the loss judges none.
  public var correct: (right: Int, of: Int)?
  /// The total gradient norm, before clipping.
  public var gradNorm = 0.0
  /// What clipping multiplied the gradients by; nil where it is off.
  public var clipFactor: Double?
  /// Nanoseconds.
  public var phases = PhaseTimes()
  /// Whether the update was left out, since something was not finite.
  public var isBroken = false

  /// Nothing yet.
  public init() {}
}

/// Nanoseconds of a step by phase.
public struct PhaseTimes: Sendable {
  /// Putting batches in place.
  public var data: UInt64 = 0
  /// Forward, the loss included.
  public var forward: UInt64 = 0
  /// Forward again, of what was not kept.
  public var recompute: UInt64 = 0
  /// Backward.
  public var backward: UInt64 = 0
  /// Clipping and update.
  public var optimizer: UInt64 = 0
  /// Sending tensors out of memory, and waiting until they are gone.
  public var offloadOut: UInt64 = 0
  /// Calling them back, and waiting until they are there.
  public var offloadIn: UInt64 = 0

  /// All zero.
  public init() {}
}

/// What kernels tell while a step runs.
struct StepReadings {
  /// How many samples of the batch count, of how many; nil: all.
  ///
  /// The last batch of an evaluation may be partly filled.
  var samples: (counted: Int, of: Int)?
  var correct = 0
  var judged = 0

  /// How many of `rows` belong to samples that count.
  func counted(of rows: Int) -> Int {
    samples.map { rows / max(1, $0.of) * $0.counted } ?? rows
  }
}

/// Statistics of a node's output and of the gradient that reaches it.
public struct OutputReading: Equatable, Sendable {
  /// Whether there is a gradient.
  public var hasGradient = false
  /// Whether the output exists: what is fused with the node behind it makes none of its own.
  public var isOutputThere = true
  /// Root mean square of ∂L/∂output.
  public var gradientRMS: Float = 0
  /// Of the finite elements.
  public var mean: Float = 0
  /// The population's standard deviation, of the finite elements.
  public var deviation: Float = 0
  /// Of the finite elements.
  public var minimum: Float = 0
  /// Of the finite elements.
  public var maximum: Float = 0
  /// NaN and Inf elements.
  public var nonFinite = 0
  /// Elements that are exactly 0, as a fraction.
  public var zeroFraction: Float = 0
  /// Indices of the last dimension.
  public var units = 0
  /// Units that were 0 for every sample measured in the last 50 steps.
  public var deadUnits = 0
  /// Units saturated for over half of their samples.
  public var saturatedUnits = 0

  /// All zero.
  public init() {}
}

/// Where a batch goes.
public struct BatchTensors {
  /// The inputs, row by row; nil where the network takes none.
  public let inputs: UnsafeMutablePointer<Float>?
  /// Targets that are numbers.
  public let targets: UnsafeMutablePointer<Float>?
  /// Targets that are classes.
  public let classes: UnsafeMutablePointer<Int32>?
}
