/// Looks into the tensors of each op while a step runs: to step through backward, and to find where
/// a step went wrong.
///
/// It reads whole tensors, and whoever observes may take their time: none of that counts as the
/// op's. One inspection is for one step.
public final class OpInspection {
  /// Values of a tensor are handed out up to so many elements.
  public static let valueLimit = 64

  let observe: (OpReading) -> Void
  /// What forward made or took, by value: by the time of backward its bytes may be another's.
  var values: [Int: TensorReading] = [:]
  /// Values whose gradients hold something already.
  var begun: Set<Int> = []

  /// - Parameter observe: Gets each op of forward and backward right after it ran.
  public init(_ observe: @escaping (OpReading) -> Void) { self.observe = observe }
}

/// One op as it ran: what it took and what it made.
public struct OpReading: Sendable {
  /// Position in `Plan.rows`.
  public var row: Int
  /// The node.
  public var node: NodeID
  /// Forward or backward.
  public var phase: PlanPhase
  /// The operands, as forward read them.
  public var inputs: [TensorReading] = []
  /// The result.
  public var output: TensorReading?
  /// Backward: the gradient of the result that arrived.
  public var upstream: TensorReading?
  /// Backward: the gradients passed on, one for each operand that wants one.
  public var outgoing: [TensorReading] = []
}

/// A tensor at one moment.
public struct TensorReading: Sendable {
  /// Whose elements, or the elements of whose gradient.
  public var value: ValueID
  /// L2 norm.
  public var norm: Double
  /// NaN and Inf elements.
  public var nonFinite: Int
  /// All elements, row by row, where there are at most `OpInspection.valueLimit`; else none.
  public var elements: [Float]
  /// Whether it was added to what others passed on to the same place; it is this op's part alone.
  public var isAdded = false
}
