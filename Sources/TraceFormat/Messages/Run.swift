/// Which run a trace tells of: first in a trace, and repeated.
public struct Run: Equatable, Sendable {
  /// The same for all ranks of one run.
  public var runID = ""
  /// The model file's `name`.
  public var name = ""
  /// The model file, byte for byte.
  public var modelText = ""
  /// What all randomness of the run derives from.
  public var seed: UInt64 = 0
  /// The program that wrote the trace.
  public var producer = ""
  /// The producer's version.
  public var version = ""
  /// The machine's name.
  public var host = ""
  /// What it ran on, for people: the processor's model.
  public var device = ""
  /// This process among `worldSize`.
  public var rank: UInt32 = 0
  /// How many processes train together.
  public var worldSize: UInt32 = 1
  /// Unix time of the trace's origin, in nanoseconds.
  public var wallClockOrigin: UInt64 = 0
  /// The producer's monotonic clock at the origin, in nanoseconds.
  public var monotonicOrigin: UInt64 = 0
  /// False: steps hold index, loss, learning rate and times only.
  public var isInstrumented = true
  /// Activation columns stand in each Nth step; 0: in none.
  public var normsEvery: UInt32 = 1
  /// How many steps were asked for.
  public var plannedSteps: UInt64 = 0
  /// Threads of one kernel, at most.
  public var threads: UInt32 = 1
  /// `fp32` or `bf16`.
  public var precision = "fp32"
  /// `CrossEntropyLoss`, `MSELoss`, ...
  public var lossKind = ""
  /// Steps carry an accuracy.
  public var isClassifier = false
  /// Size of the arena, in bytes.
  public var arenaBytes: UInt64 = 0
  /// How `normsEvery` was chosen: `auto` or `fixed`.
  public var activationSampling = ""

  /// An empty description, to be filled in.
  public init() {}
}
