/// What a step keeps and what it makes again, as its producer wrote it: when it comes into force, and
/// again when its gradients were compared.
public struct PlanRecord: Equatable, Sendable {
  /// What is done with what a layer makes.
  public enum Choice: UInt8, Sendable {
    case kept, recomputed, offloaded
  }

  /// What the plan does with one layer.
  public struct Layer: Equatable, Sendable {
    /// The path of the layer.
    public var path = ""
    /// What is done with what it makes.
    public var choice = Choice.kept
    /// Bytes that backward reads and that are not kept from forward.
    public var freed: UInt64 = 0
    /// Nanoseconds that making them again takes.
    public var paid: UInt64 = 0

    /// An empty layer, to be filled in.
    public init() {}
  }

  /// The step from which it is in force.
  public var firstStep: UInt64 = 0
  /// Bytes that were asked for; nil: the order was given.
  public var budget: UInt64?
  /// Bytes of the whole arena, as packed.
  public var peak: UInt64 = 0
  /// Bytes of the arena with everything kept.
  public var storeAllPeak: UInt64 = 0
  /// Nanoseconds that a step was predicted to take; nil where nothing had been measured.
  public var predictedTime: UInt64?
  /// What it does with each layer, in the order in which they first run.
  public var layers: [Layer] = []
  /// Steps whose gradients were compared with those of a run that keeps everything.
  public var verifiedSteps: UInt64 = 0
  /// Gradients that were bitwise equal in them.
  public var verifiedGradients: UInt64 = 0
  /// The first parameter whose gradient was not; empty: none.
  public var difference = ""

  /// An empty plan, to be filled in.
  public init() {}

  /// Whether gradients were compared, and all of them were bitwise equal.
  public var isVerified: Bool { verifiedGradients > 0 && difference.isEmpty }
}
