/// How a recurrent layer goes through time.
public struct Unrolling: Hashable, Sendable {
  /// Whether the output is h_t of all time steps, `[N, T, H]`, or the last one alone, `[N, H]`.
  public var returnsSequence: Bool
  /// K: the state is detached before each time step K, 2K, …, so that gradients go back through at
  /// most K of them (truncated backpropagation through time); nil: through all.
  public var truncation: Int?

  /// Through all of time unless `truncation` says otherwise.
  public init(returnsSequence: Bool = true, truncation: Int? = nil) {
    self.returnsSequence = returnsSequence
    self.truncation = truncation
  }

  /// Whether no gradient goes from time step `t` to the one before.
  func isCut(before t: Int) -> Bool { t == 0 || (truncation.map { t % $0 == 0 } ?? false) }

  /// How many of `steps` time steps pass a gradient to the one before.
  func links(of steps: Int) -> Int {
    (0..<max(0, steps)).count { !isCut(before: $0) }
  }
}

/// A layer that goes through time, from h = 0: at each step a function of x_t and the state before.
///
/// Operands are x `[N, T, I]`, W_ih `[G·H, I]`, W_hh `[G·H, H]` and, with biases, b_ih and b_hh
/// `[G·H]`, where G is the number of gates. Everything between is kept in the order `[T, N, …]`, so
/// that a time step is one matrix. What does not depend on the state is done for all time steps in
/// one product, forward (x W_ihᵀ) and backward (∂W_ih, ∂W_hh, ∂x); only h_{t-1} W_hhᵀ and its
/// derivative go step by step, and there each thread has samples of its own, so that threads do not
/// wait for each other in between.
protocol Recurrence: Primitive {
  /// G.
  static var gates: Int { get }

  /// Sequence or last, truncated or not.
  var unrolling: Unrolling { get }

  /// Floating-point operations of the gates, for one unit at one time step.
  static var costPerUnit: Cost { get }

  /// Whether b_hh stands beside b_ih in the sum, for all gates but the last.
  static var lastGateHasOwnBias: Bool { get }
}

extension Recurrence {
  static var lastGateHasOwnBias: Bool { false }

  public var isProduct: Bool { true }

  /// h comes first among what is kept.
  public var statesInTime: Int? { 0 }

  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let (x, weight, recurrent) = (operands[0], operands[1], operands[2])
    guard x.rank == 3 else {
      throw ShapeError(
        Self.name, "an input of shape \(x) is no batch of sequences [batch, time, features]")
    }
    guard x.sizes[1] > 0 else {
      throw ShapeError(Self.name, "an input of shape \(x) has no time step")
    }
    guard weight.rank == 2, weight.sizes[1] == x.sizes[2] else {
      throw ShapeError(
        Self.name,
        "an input of shape \(x) does not fit a weight_ih of shape \(weight) "
          + "[\(Self.gates) hidden, input]")
    }
    let width = weight.sizes[0]
    guard recurrent.rank == 2, recurrent.sizes[0] == width,
      recurrent.sizes[1] * Self.gates == width
    else {
      throw ShapeError(
        Self.name,
        "a weight_hh of shape \(recurrent) does not fit a weight_ih of shape \(weight)")
    }
    for bias in operands.dropFirst(3) where bias != [width] {
      throw ShapeError(
        Self.name, "a bias of shape \(bias) does not fit a weight_ih of shape \(weight)")
    }
    let sizes = RecurrentSizes(operands)
    return unrolling.returnsSequence
      ? [sizes.batch, sizes.steps, sizes.hidden] : [sizes.batch, sizes.hidden]
  }

  public func cost(of operands: [Shape], result: Shape, wanted: [Bool]) -> Cost {
    let sizes = RecurrentSizes(operands)
    let inputs = 2 * sizes.rows * sizes.inputs * sizes.width
    let step = 2 * sizes.batch * sizes.hidden * sizes.width
    let (units, shifts) = (sizes.rows * sizes.hidden, sizes.hasBias ? sizes.rows * sizes.width : 0)
    let inner = (sizes.steps - 1) * step
    return Cost(
      forward: inputs + inner + units * Self.costPerUnit.forward + shifts,
      backward: (wanted[0] ? inputs : 0) + (wanted[1] ? inputs : 0) + (wanted[2] ? inner : 0)
        + unrolling.links(of: sizes.steps) * step + units * Self.costPerUnit.backward + shifts)
  }
}

/// The sizes of a recurrent layer.
struct RecurrentSizes {
  /// N.
  let batch: Int
  /// T.
  let steps: Int
  /// I.
  let inputs: Int
  /// H.
  let hidden: Int
  /// G · H.
  let width: Int
  let hasBias: Bool

  init(_ operands: [Shape]) {
    batch = operands[0].sizes[0]
    steps = operands[0].sizes[1]
    inputs = operands[0].sizes[2]
    hidden = operands[2].sizes[1]
    width = operands[1].sizes[0]
    hasBias = operands.count > 3
  }

  init(_ operands: [Operand]) { self.init(operands.map(\.shape)) }

  /// T · N.
  var rows: Int { steps * batch }

  /// Floating-point operations of the products of all time steps with W_hh.
  var recurrentFlops: Int { 2 * rows * hidden * width }

  /// A tensor of so many features for each time step and sample.
  func inTime(_ features: Int) -> Shape { [steps, batch, features] }
}

/// A recurrence whose gates are kept, and one tensor beside them.
protocol GatedRecurrence: Recurrence {
  /// The walk through time, from the projections of x that stand in the place of the gates.
  func steps(_ site: ForwardSite, _ weight: TensorID) -> Kernel
}

extension GatedRecurrence {
  /// h, x, the gates and what stands beside them, in the order of time.
  public func saved(of operands: [Shape], result: Shape, wanted: [Bool]) -> Saved {
    let sizes = RecurrentSizes(operands)
    return Saved(
      operands: (wanted[0] ? [1] : []) + [2],
      extras: [
        sizes.inTime(sizes.hidden), sizes.inTime(sizes.inputs), sizes.inTime(sizes.width),
        sizes.inTime(sizes.hidden),
      ])
  }

  public func forward(_ site: ForwardSite) throws(KernelError) -> [Kernel] {
    let recurrent = transposedRecurrentWeight(site)
    return try projectInputs(
      site, kept: site.extras[1].tensor, into: site.extras[2].tensor)
      + [recurrent.kernel, steps(site, recurrent.tensor)]
  }
}
