import Testing

@testable import Autodiff

@Suite struct InPlaceCheckTests {
  private var network = Network()
  private var x: ValueID
  private var h: ValueID

  init() throws {
    x = network.addBatchTensor(.input, shape: [4, 6])
    let w = network.addParameter("a.weight", layer: "a", shape: [6, 6])
    h = try network.apply(Linear(), to: [x, w], name: "a", layer: "a")
  }

  private mutating func apply(
    _ primitive: any Primitive, _ operands: ValueID..., name: String, inPlace: Bool = false
  ) throws -> ValueID {
    try network.apply(primitive, to: operands, name: name, layer: name, isInPlace: inPlace)
  }

  private func plan(_ output: ValueID) throws -> Plan {
    var network = network
    let loss = try network.apply(Sum(), to: [output], name: "loss", layer: "loss")
    return try Plan(network, loss: loss, updateRule: SGD(), options: PlanOptions())
  }

  private func share(_ a: ValueID, _ b: ValueID, in plan: Plan) throws -> Bool {
    let executor = try Executor(plan)
    return executor.elements(of: a).baseAddress == executor.elements(of: b).baseAddress
  }

  @Test mutating func whereItIsLegalMemoryIsShared() throws {
    let y = try apply(ReLU(), h, name: "relu", inPlace: true)
    let scaled = try apply(Scale(factor: 2), y, name: "scale")
    let apart = try plan(scaled)
    let isShared = try share(h, y, in: apart)
    #expect(isShared)
  }

  @Test mutating func whatBackwardNeedsIsNotOverwritten() throws {
    let s = try apply(Sigmoid(), h, name: "sigmoid")
    let y = try apply(ReLU(), s, name: "relu", inPlace: true)
    let expected = PlanError.overwrittenTensor(
      by: Network.Mention(kind: "ReLU", name: "relu", layer: "relu"),
      neededBy: Network.Mention(kind: "Sigmoid", name: "sigmoid", layer: "sigmoid"))
    #expect(throws: expected) { try plan(y) }
  }

  /// Through a view, too.
  @Test mutating func viewsAreTheSameMemory() throws {
    let s = try apply(Tanh(), h, name: "tanh")
    let v = try apply(Reshape(sizes: [3, 2]), s, name: "view")
    let y = try apply(ELU(), v, name: "elu", inPlace: true)
    #expect(throws: PlanError.self) { try plan(y) }
  }

  /// gradtop's LeakyReLU keeps its result where PyTorch's keeps its input: nothing is refused, and
  /// nothing destroyed.
  @Test mutating func whatOnlyWeNeedIsKeptApart() throws {
    let s = try apply(LeakyReLU(), h, name: "leaky")
    let y = try apply(ReLU(), s, name: "relu", inPlace: true)
    let plan = try plan(y)
    let isShared = try share(s, y, in: plan)
    #expect(!isShared)
  }

  @Test mutating func whoReadsTheOldValueLaterKeepsItsMemory() throws {
    let y = try apply(ReLU(), h, name: "relu", inPlace: true)
    let sum = try apply(Add(), y, h, name: "sum")
    let plan = try plan(sum)
    let isShared = try share(h, y, in: plan)
    #expect(!isShared)
  }

  @Test mutating func constantsStayWhatTheyAre() throws {
    let c = network.addConstant(Array(repeating: -1, count: 24), shape: [4, 6])
    let y = try apply(ReLU(), c, name: "relu", inPlace: true)
    let sum = try apply(Add(), y, h, name: "sum")
    let plan = try plan(sum)
    let isShared = try share(c, y, in: plan)
    #expect(!isShared)
  }
}
