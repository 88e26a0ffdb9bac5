import Testing

@testable import Autodiff

/// Gradients of whole random graphs against differences: values used several times, sums that hand
/// gradients on, views, products fused with activations, nodes in place.
@Suite struct GraphGradientTests {
  private static let shape: Shape = [5, 8]

  /// A random graph over one trained tensor, with everything that has no consumer summed.
  private static func graph(_ seed: UInt64) throws -> (Executor, ValueID) {
    var stream = RandomStream(seed: seed, name: "graph")
    var network = Network()
    let p = network.addParameter("p", layer: "p", shape: shape)
    let w = network.addParameter("w", layer: "w", shape: [8, 8])
    var (values, used) = ([p], Set<ValueID>())
    func pick() -> ValueID {
      let value = values[max(0, values.count - 1 - stream.index(below: 4))]
      used.insert(value)
      return value
    }
    func add(_ primitive: any Primitive, _ operands: [ValueID], inPlace: Bool = false) throws {
      let name = "n\(values.count)"
      values.append(
        try network.apply(
          primitive, to: operands, name: name, layer: name, isInPlace: inPlace))
    }
    for _ in 0..<(4 + stream.index(below: 10)) {
      switch stream.index(below: 10) {
      case 0, 1, 2: try add(Add(), [pick(), pick()])
      case 3: try add(Sub(), [pick(), pick()])
      case 4: try add(Identity(), [pick()])
      case 5:
        try add(Reshape(sizes: [2, 4]), [pick()])
        used.insert(values[values.count - 1])
        try add(Reshape(sizes: [8]), [values[values.count - 1]])
        values.remove(at: values.count - 2)
      case 6: try add(Scale(factor: 0.5), [pick()])
      case 7: try add(Mul(), [pick(), pick()])
      default:
        try add(Linear(), [pick(), w])
        used.insert(values[values.count - 1])
        try add(stream.index(below: 2) == 0 ? Tanh() : Sigmoid(), [values[values.count - 1]])
      }
    }
    for (index, value) in values.enumerated() where !used.contains(value) {
      let mean = try network.apply(Mean(), to: [value], name: "mean\(index)", layer: "mean")
      values.append(mean)
    }
    let means = values.filter { network[$0].shape.rank == 0 }
    var loss = means[0]
    for (index, mean) in means.dropFirst().enumerated() {
      loss = try network.apply(Add(), to: [loss, mean], name: "sum\(index)", layer: "sum")
    }
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
    for value in [p, w] {
      let elements = executor.elements(of: value)
      for index in elements.indices { elements[index] = stream.uniform(-0.9, 0.9) }
    }
    return (executor, p)
  }

  @Test(arguments: 0..<80 as Range<UInt64>)
  func agreesWithDifferences(_ seed: UInt64) throws {
    let (executor, p) = try Self.graph(seed)
    _ = executor.step(0, learningRate: 0) { _, _ in }
    let gradient = try #require(executor.gradient(of: ParameterID(index: 0)).map(Array.init))
    let elements = executor.elements(of: p)
    func loss() -> Double { executor.evaluate(samples: 1, of: 1) { _ in }.loss }
    let h: Float = 0x1p-6
    let scale = max(0.01, Double(gradient.map(abs).max() ?? 0))
    for index in stride(from: 0, to: elements.count, by: 7) {
      let start = elements[index]
      func at(_ steps: Float) -> Double {
        elements[index] = start + steps * h
        return loss()
      }
      let expected = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * Double(h))
      elements[index] = start
      #expect(abs(expected - Double(gradient[index])) <= 2e-3 * scale + 5e-5, "element \(index)")
    }
  }

  /// Both gradients of a residual's sum are the upstream one's bytes.
  @Test func aSumHandsItsGradientOnWithoutACopy() throws {
    var network = Network()
    let p = network.addParameter("p", layer: "p", shape: Self.shape)
    let w = network.addParameter("w", layer: "w", shape: [8, 8])
    let x = try network.apply(Scale(factor: 2), to: [p], name: "x", layer: "x")
    let inner = try network.apply(Linear(), to: [x, w], name: "inner", layer: "inner")
    let body = try network.apply(Scale(factor: 3), to: [inner], name: "body", layer: "body")
    let sum = try network.apply(Add(), to: [body, x], name: "sum", layer: "sum")
    let loss = try network.apply(Mean(), to: [sum], name: "loss", layer: "loss")
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions())
    let row = try #require(
      plan.rows.first { $0.phase == .backward && plan.network[$0.node].name == "sum" })
    #expect(row.kernels.isEmpty)
    let executor = try Executor(plan)
    let places = try [sum, body, x].map { value in
      executor.floats(try #require(plan.gradientTensors[value.index]))
    }
    #expect(Set(places).count == 1)
  }
}
