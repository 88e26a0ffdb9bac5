public import TraceFormat

/// An immutable picture of a trace as seen from one step: all that drawing may ask.
public struct Snapshot: Sendable {
  /// The run; nil until the trace has said so.
  public var run: Run?
  /// The graph in force, with lookups.
  public var graph: GraphIndex
  /// Growing or closed.
  public var state: TraceState
  /// First and last step known; nil while there is none.
  public var extent: ClosedRange<Int>?
  /// The step that is looked at.
  public var cursor: Int
  /// Whether the cursor stays at the end as steps come.
  public var isFollowing: Bool
  /// Everything recorded of the step at the cursor; nil where it is lost or there is none.
  public var step: Step?
  /// The newest step at or before the cursor that has activation columns.
  public var activationStep: Step?
  /// Quantities of the whole run over steps; a quantity never measured is absent.
  public var scalars: [Scalar: Series]
  /// L2 norm of ∂L/∂output over steps, by node id.
  public var outputGradNorms: SeriesTable
  /// L2 norm of the gradient over steps, by parameter id.
  public var parameterGradNorms: SeriesTable
  /// update norm / weight norm over steps, by parameter id.
  public var updateRatios: SeriesTable
  /// Times of each op over all steps seen so far.
  public var totals: OpTotals
  /// Ops that were looked at in the step at the cursor, or, where the cursor follows, in the step
  /// that is being walked; in the order in which they ran.
  public var details: [Detail]
  /// The plans that were in force, in the order of their first steps, with what their steps took.
  public var plans: [PlanPeriod]
  /// Damage and dropped events.
  public var gaps: [TraceGap]
  /// Bytes of the trace.
  public var bytes: UInt64

  /// A picture of nothing yet, or of what is given.
  public init(
    run: Run? = nil,
    graph: GraphIndex = GraphIndex(),
    state: TraceState = .growing,
    extent: ClosedRange<Int>? = nil,
    cursor: Int = 0,
    isFollowing: Bool = true,
    step: Step? = nil,
    activationStep: Step? = nil,
    scalars: [Scalar: Series] = [:],
    outputGradNorms: SeriesTable = SeriesTable(),
    parameterGradNorms: SeriesTable = SeriesTable(),
    updateRatios: SeriesTable = SeriesTable(),
    totals: OpTotals = OpTotals(),
    details: [Detail] = [],
    plans: [PlanPeriod] = [],
    gaps: [TraceGap] = [],
    bytes: UInt64 = 0
  ) {
    self.run = run
    self.graph = graph
    self.state = state
    self.extent = extent
    self.cursor = cursor
    self.isFollowing = isFollowing
    self.step = step
    self.activationStep = activationStep
    self.scalars = scalars
    self.outputGradNorms = outputGradNorms
    self.parameterGradNorms = parameterGradNorms
    self.updateRatios = updateRatios
    self.totals = totals
    self.details = details
    self.plans = plans
    self.gaps = gaps
    self.bytes = bytes
  }
}

/// A quantity of which each step has at most one value; times are in nanoseconds.
public enum Scalar: String, CaseIterable, Sendable {
  case loss, accuracy, learningRate, duration, gradNorm, clipFactor, samplesPerSecond
  case dataTime, forwardTime, recomputeTime, backwardTime, optimizerTime
  case peakBytes, activationBytes
}
