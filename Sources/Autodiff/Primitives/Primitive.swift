/// One operation with its derivative: the local rule of backpropagation.
///
/// A conformer is one file that reads top to bottom: the formula with its source, what is kept for
/// backward, shapes, cost, forward, backward. It computes nothing itself: it says which kernels do.
public protocol Primitive: Sendable {
  /// As tables print it; PyTorch's name where there is one.
  static var name: String { get }

  /// The formulas, in the letters that the doc comment explains.
  var rule: Rule { get }

  /// The shape of the result.
  ///
  /// - Throws: `ShapeError` that names both shapes where operands do not fit.
  func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape

  /// Floating-point operations, from shapes alone.
  ///
  /// - Parameter wanted: For each operand, whether its gradient is computed.
  func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost

  /// What backward will read.
  ///
  /// - Parameter wanted: For each operand, whether its gradient is computed.
  func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved

  /// What PyTorch's autograd keeps, where that is something else: it decides which in-place
  /// operations are refused.
  func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved

  /// What computes the result.
  func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel]

  /// What computes the gradients of the wanted operands from the gradient of the result.
  func backward(_ site: BackwardSite) throws(KernelError) -> [Kernel]

  /// Whether the result is the first operand's bytes in another shape.
  var isView: Bool { get }

  /// The strides of what PyTorch makes of an operand that stands by `strides`, where that is a view of
  /// it; nil: a tensor with memory of its own.
  func view(_ operand: Shape, strides: [Int], as result: Shape) -> [Int]?

  /// Whether the gradient of the operand at `position` is the upstream gradient as it stands, in
  /// whatever shape.
  func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool

  /// Whether it multiplies matrices, so that it reads its parameters rounded where products are in
  /// bfloat16.
  var isProduct: Bool { get }

  /// Which operands its kernels take in bfloat16, where they give the result and the gradients of
  /// those in that, too; nil: they compute in single precision alone.
  func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]?

  /// Whether no gradient goes back through it.
  var cutsGradient: Bool { get }

  /// Where it goes step by step through time: which of `Saved.extras` has the states, `[T, …]`.
  var statesInTime: Int? { get }

  /// Whether its result depends on random numbers.
  var isRandom: Bool { get }

  /// Whether forward changes something that outlives the step, as running statistics.
  var hasSideEffects: Bool { get }

  /// Which dimension of the result counts units.
  var unitDimension: UnitDimension { get }

  /// In which order the elements of its operands and of its result may stand.
  var layoutUse: LayoutUse { get }

  /// Whether, with operands of the result's shape, element i of what its kernels write needs element i
  /// of what they read alone, in both directions; it makes nothing beside its result.
  var isPointwise: Bool { get }
}

/// What a primitive's kernels make of layouts other than row order.
public enum LayoutUse: Sendable {
  /// All is in row order.
  case rowOrder
  /// Operands of the result's shape stand in any order, all alike, and so does the result.
  case elementwise
  /// The first operand stands in any layout, and the result in the same; all others are vectors.
  case channels
  /// The first operand and the result stand in any layout, each in its own.
  case free
}

extension Primitive {
  /// Mostly the same.
  public func keptByPyTorch(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    saved(of: operands, result: result, wanted: wanted)
  }

  /// Most results have bytes of their own.
  public var isView: Bool { false }

  /// What is a view here, is one in PyTorch where elements need not move.
  public func view(_ operand: Shape, strides: [Int], as result: Shape) -> [Int]? {
    isView ? operand.view(strides: strides, as: result) : nil
  }

  /// Most work element by element.
  public var isProduct: Bool { false }

  /// Many compute in single precision alone.
  public func bfloat16Operands(_ operands: [Shape], _ result: Shape) -> [Bool]? { nil }

  /// Most change the gradient on its way.
  public func handsOn(_ position: Int, of operands: [Shape], result: Shape) -> Bool { false }

  /// Most hand gradients back.
  public var cutsGradient: Bool { false }

  /// Most know nothing of time.
  public var statesInTime: Int? { nil }

  /// Most give the same at each call.
  public var isRandom: Bool { false }

  /// Most leave nothing behind but their result.
  public var hasSideEffects: Bool { false }

  /// Most have their units in the last dimension.
  public var unitDimension: UnitDimension { .last }

  /// Most go by rows.
  public var layoutUse: LayoutUse { .rowOrder }

  /// Most need more than one element.
  public var isPointwise: Bool { false }
}

/// A local rule as formulas, for people.
public struct Rule: Equatable, Sendable {
  /// `y = x Wᵀ + b`.
  public var forward: String
  /// `∂x = ∂y W,  ∂W = ∂yᵀ x,  ∂b = Σ ∂y`; `∂a` is the gradient of the loss with respect to `a`.
  public var backward: String

  /// A rule written as these two formulas.
  public init(_ forward: String, backward: String) {
    self.forward = forward
    self.backward = backward
  }
}

/// Floating-point operations of one call; a multiplication with an addition counts as two.
public struct Cost: Equatable, Sendable {
  /// Of forward.
  public var forward: Int
  /// Of backward, for the wanted gradients.
  public var backward: Int

  /// So many operations.
  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }

  /// The most operations of a network: a few thousand times that can still be counted.
  public static let most = 1 << 50

  /// The product of `factors`, or a number above `most` where it is above that.
  static func product(_ factors: Int...) -> Int {
    let product = factors.reduce(1.0) { $0 * Double($1) }
    return product > Double(most) ? 2 * most : factors.reduce(1, *)
  }
}

/// What backward reads: kept operands, the kept result, and tensors that forward makes for it.
public struct Saved: Equatable, Sendable {
  /// Positions of operands.
  public var operands: [Int]
  /// Whether the result itself is read.
  public var result: Bool
  /// Shapes of tensors that forward writes beside the result.
  public var extras: [Shape]

  /// Keeps these.
  public init(operands: [Int] = [], result: Bool = false, extras: [Shape] = []) {
    self.operands = operands
    self.result = result
    self.extras = extras
  }

  /// Backward reads nothing but the gradient that arrives.
  public static let nothing = Saved()
}
