import Autodiff
import Testing

/// What a primitive is applied to in a gradient check.
enum Operand: Sendable, CustomStringConvertible {
  /// A parameter with random elements of this range; its gradient is checked.
  case trained(Shape, in: ClosedRange<Float> = -2...2)
  /// A parameter with elements that are at least 1/2 apart, in random order; its gradient is checked.
  case spread(Shape)
  /// A buffer that forward may change.
  case tracked(Shape)
  /// Random numbers that get no gradient.
  case fixed(Shape)
  /// Whole numbers below a bound that get no gradient.
  case tokens(Shape, below: Int)
  /// Classes below a bound, in the batch's targets.
  case classes(Shape, below: Int)

  var description: String {
    switch self {
    case .trained(let shape, _): "\(shape)"
    case .spread(let shape): "spread \(shape)"
    case .tracked(let shape): "tracked \(shape)"
    case .fixed(let shape): "fixed \(shape)"
    case .tokens(let shape, let bound): "tokens \(shape) below \(bound)"
    case .classes(let shape, let bound): "classes \(shape) below \(bound)"
    }
  }
}

/// Checks that a primitive's backward is the derivative of its forward, for every operand.
///
/// With random weights c the loss is L = Σ c ∘ y. Each element of each trained operand is moved, and
/// the differences of y are summed in Double, so that only the rounding of single elements of y is
/// left. Central differences over five points,
///
///     ∂L/∂x ≈ (8 (L(x+h) - L(x-h)) - (L(x+2h) - L(x-2h))) / 12h,
///
/// err by h⁴/30 · ∂⁵L/∂x⁵, near 10⁻⁶ where h is 1/16, and by the rounding 2⁻²⁴ |y| / h of each y,
/// which is allowed for apart.
///
/// - Parameters:
///   - step: h; smaller where the function bends sharply.
///   - tolerance: Relative to the largest element of the gradient, or to 1.
func expectGradientsMatch(
  _ primitive: any Primitive, of operands: [Operand], step h: Float = 0x1p-4,
  tolerance: Double = 1e-4, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let probe = try GradientProbe(primitive, of: operands)
  let computed = probe.gradients()
  for (position, parameter) in probe.trained.enumerated() {
    let elements = probe.executor.elements(of: parameter)
    var expected: [Double] = []
    for index in elements.indices {
      let start = elements[index]
      func loss(_ steps: Float) -> Double {
        elements[index] = start + steps * h
        return probe.loss()
      }
      expected.append((8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * Double(h)))
      elements[index] = start
    }
    let found = computed[position]
    let scale = max(1, expected.map(abs).max() ?? 0)
    let rounding = 0x1p-23 * abs(probe.loss()) / Double(h)
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(
      worst <= tolerance * scale + rounding,
      """
      \(type(of: primitive).name) of \(operands), operand \(position): off by \(worst)
      backward:    \(found.prefix(8))
      differences: \(expected.prefix(8))
      """, sourceLocation: sourceLocation)
  }
}

/// A network of one primitive with a loss that weighs its result at random.
final class GradientProbe {
  let executor: Executor
  /// Values of the trained operands, in order.
  private(set) var trained: [ValueID] = []
  private let result: ValueID
  private let weights: ValueID
  private let classes: [Int32]

  init(
    _ primitive: any Primitive, of operands: [Operand], threads: Int = 1, seed: UInt64 = 1
  ) throws {
    var network = Network()
    var stream = RandomStream(seed: seed, name: "\(primitive) \(operands)")
    var (values, starts): ([ValueID], [(ValueID, [Float])]) = ([], [])
    var classes: [Int32] = []
    for (index, operand) in operands.enumerated() {
      switch operand {
      case .trained(let shape, let range):
        let value = network.addParameter("p\(index)", layer: "probe", shape: shape)
        values.append(value)
        trained.append(value)
        let numbers = (0..<shape.elementCount).map { _ in
          stream.uniform(range.lowerBound, range.upperBound)
        }
        starts.append((value, numbers))
      case .spread(let shape):
        let value = network.addParameter("p\(index)", layer: "probe", shape: shape)
        values.append(value)
        trained.append(value)
        var order = (0..<Int32(shape.elementCount)).map { $0 }
        order.withUnsafeMutableBufferPointer { stream.shuffle($0) }
        starts.append((value, order.map { Float($0) / 2 - Float(order.count) / 4 }))
      case .tracked(let shape):
        values.append(network.addBuffer("b\(index)", shape: shape, start: 1))
      case .fixed(let shape):
        let numbers = (0..<shape.elementCount).map { _ in stream.uniform(-2, 2) }
        values.append(network.addConstant(numbers, shape: shape))
      case .tokens(let shape, let bound):
        let numbers = (0..<shape.elementCount).map { _ in Float(stream.index(below: bound)) }
        values.append(network.addConstant(numbers, shape: shape))
      case .classes(let shape, let bound):
        values.append(network.addBatchTensor(.target, shape: shape, type: .int32))
        classes = (0..<shape.elementCount).map { _ in Int32(stream.index(below: bound)) }
      }
    }
    self.classes = classes
    result = try network.apply(primitive, to: values, name: "y", layer: "probe")
    let shape = network[result].shape
    weights = network.addParameter("c", layer: "probe", shape: shape)
    let weighed = try network.apply(Mul(), to: [result, weights], name: "cy", layer: "probe")
    let loss = try network.apply(Sum(), to: [weighed], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.threads = threads
    executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
    starts.append((weights, (0..<shape.elementCount).map { _ in stream.uniform(0.5, 1.5) }))
    for (value, numbers) in starts { _ = executor.elements(of: value).update(from: numbers) }
  }

  /// Gradients of the trained operands, by backward.
  func gradients() -> [[Float]] {
    _ = executor.step(0, learningRate: 0) { _, batch in load(batch) }
    return trained.map { value in
      let parameters = executor.plan.network.parameters
      guard let index = parameters.firstIndex(where: { $0.value == value }),
        let gradient = executor.gradient(of: ParameterID(index: index))
      else { return [] }
      return Array(gradient)
    }
  }

  /// Σ c ∘ y, summed in Double.
  func loss() -> Double {
    zip(forward(), executor.elements(of: weights)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The primitive's result.
  func forward(for purpose: ForwardPurpose = .rehearsal) -> [Float] {
    _ = executor.evaluate(samples: 1, of: 1, for: purpose) { load($0) }
    return Array(executor.elements(of: result))
  }

  private func load(_ batch: BatchTensors) {
    for (index, number) in classes.enumerated() { batch.classes?[index] = number }
  }
}
