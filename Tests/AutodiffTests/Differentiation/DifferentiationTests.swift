import Autodiff
import Testing

@Suite struct DifferentiationTests {
  private func scalar(_ name: String, in network: inout Network) -> ValueID {
    network.addParameter(name, layer: name, shape: [])
  }

  private func trained(_ network: Network, _ loss: ValueID) throws -> Executor {
    try Executor(Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions()))
  }

  /// L = (w x + b)² at x = 2, w = 3, b = 1: ∂w = 28, ∂x = 42, ∂b = 14.
  @Test func theWorkedExampleGives28And42And14() throws {
    var network = Network()
    let (w, x) = (scalar("w", in: &network), scalar("x", in: &network))
    let b = scalar("b", in: &network)
    let wx = try network.apply(Mul(), to: [w, x], name: "wx", layer: "wx")
    let y = try network.apply(Add(), to: [wx, b], name: "y", layer: "y")
    let loss = try network.apply(Pow(exponent: 2), to: [y], name: "L", layer: "L")
    let executor = try trained(network, loss)
    for (value, number) in [(w, 3), (x, 2), (b, 1)] as [(ValueID, Float)] {
      executor.elements(of: value)[0] = number
    }
    let result = executor.step(0, learningRate: 0) { _, _ in }
    #expect(result.loss == 49)
    #expect((0..<3).map { executor.gradient(of: ParameterID(index: $0))?[0] } == [28, 42, 14])
  }

  /// A value that is used several times gets the sum of what comes back: L = x·x·x + x.
  @Test func gradientsOfAValueUsedOftenAddUp() throws {
    var network = Network()
    let x = scalar("x", in: &network)
    let square = try network.apply(Mul(), to: [x, x], name: "square", layer: "")
    let cube = try network.apply(Mul(), to: [square, x], name: "cube", layer: "")
    let loss = try network.apply(Add(), to: [cube, x], name: "L", layer: "")
    let executor = try trained(network, loss)
    executor.elements(of: x)[0] = 2
    #expect(executor.step(0, learningRate: 0) { _, _ in }.loss == 10)
    #expect(executor.gradient(of: ParameterID(index: 0))?[0] == 13)
  }

  @Test func computesNothingThatNobodyWants() throws {
    var network = Network()
    let x = network.addConstant([1, 2, 3], shape: [3])
    let w = network.addParameter("w", layer: "w", shape: [3])
    let unused = network.addParameter("unused", layer: "unused", shape: [3])
    let fixed = try network.apply(Tanh(), to: [x], name: "fixed", layer: "")
    _ = try network.apply(Tanh(), to: [unused], name: "aside", layer: "")
    let product = try network.apply(Mul(), to: [fixed, w], name: "product", layer: "")
    let loss = try network.apply(Sum(), to: [product], name: "loss", layer: "")
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions())
    #expect(plan.parameterHasGradient == [true, false])
    #expect(plan.nodeHasGradient == [false, false, true, true])
    let backward = plan.rows.filter { $0.phase == .backward }.map { network[$0.node].name }
    #expect(backward == ["loss", "product"])
    #expect(plan.cost(of: NodeID(index: 0)).backward == 0)
  }

  /// L = detach(w) w: ∂w = w, not 2w.
  @Test func detachCuts() throws {
    var network = Network()
    let w = scalar("w", in: &network)
    let cut = try network.apply(Detach(), to: [w], name: "cut", layer: "")
    let loss = try network.apply(Mul(), to: [cut, w], name: "L", layer: "")
    let executor = try trained(network, loss)
    executor.elements(of: w)[0] = 3
    #expect(executor.step(0, learningRate: 0) { _, _ in }.loss == 9)
    #expect(executor.gradient(of: ParameterID(index: 0))?[0] == 3)
  }

  @Test func refusesALossThatDependsOnNoParameter() throws {
    var network = Network()
    let x = network.addConstant([1, 2], shape: [2])
    let loss = try network.apply(Sum(), to: [x], name: "loss", layer: "loss")
    #expect(throws: PlanError.brokenGraph) {
      try Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions())
    }
  }

  @Test func refusesALossThatIsNoScalar() throws {
    var network = Network()
    let w = network.addParameter("w", layer: "w", shape: [2])
    let y = try network.apply(Tanh(), to: [w], name: "y", layer: "y")
    #expect(throws: PlanError.lossIsNoScalar([2])) {
      try Plan(network, loss: y, updateRule: SGD(), options: PlanOptions())
    }
  }
}
