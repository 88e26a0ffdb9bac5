import Testing

@testable import Autodiff

/// A store that does everything as late as it may, and spoils what nobody may look at meanwhile.
private final class LateStore: OffloadStore {
  private enum Transfer {
    case writing(UnsafeRawPointer, Int, Int)
    case reading(UnsafeMutableRawPointer, Int, Int)
  }

  private var bytes: [UInt8] = []
  private var onTheirWay: [Int: Transfer] = [:]
  private(set) var finished = 0

  init(bytes: Int) { self.bytes = Array(repeating: 0xFF, count: bytes) }

  func startWriting(_ transfer: Int, from source: UnsafeRawPointer, bytes: Int, at offset: Int) {
    #expect(onTheirWay[transfer] == nil)
    onTheirWay[transfer] = .writing(source, bytes, offset)
  }

  func startReading(
    _ transfer: Int, into target: UnsafeMutableRawPointer, bytes: Int, at offset: Int
  ) {
    #expect(onTheirWay[transfer] == nil)
    target.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes)
    onTheirWay[transfer] = .reading(target, bytes, offset)
  }

  func finish(_ transfer: Int) {
    switch onTheirWay.removeValue(forKey: transfer) {
    case .writing(let source, let count, let offset):
      bytes.withUnsafeMutableBytes {
        $0.baseAddress?.advanced(by: offset).copyMemory(from: source, byteCount: count)
      }
    case .reading(let target, let count, let offset):
      bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        target.copyMemory(from: start + offset, byteCount: count)
      }
    case nil: Issue.record("transfer \(transfer) is not on its way")
    }
    finished += 1
  }
}

@Suite struct OffloadTests {
  /// Blocks of Linear, Tanh, MaxPool2d's places and a way round them.
  private func network() throws -> (Network, ValueID) {
    var network = Network()
    var x = network.addParameter("x", layer: "x", shape: [64, 64])
    func apply(_ primitive: any Primitive, _ operands: [ValueID], _ name: String) throws {
      x = try network.apply(primitive, to: operands, name: name, layer: name)
    }
    for block in 0..<8 {
      let w = network.addParameter("w\(block)", layer: "\(block)", shape: [64, 64])
      let short = x
      try apply(Linear(), [x, w], "linear\(block)")
      try apply(Tanh(), [x], "tanh\(block)")
      try apply(GELU(), [x], "gelu\(block)")
      try apply(Dropout(probability: 0.1, stream: UInt32(block)), [x], "dropout\(block)")
      try apply(Add(), [x, short], "sum\(block)")
    }
    try apply(Reshape(sizes: [1, 8, 8]), [x], "images")
    try apply(MaxPool2d(PoolingGeometry(kernel: [2, 2])), [x], "pool")
    try apply(Sum(), [x], "loss")
    return (network, x)
  }

  private struct Outcome {
    var gradients: [[UInt32]] = []
    var plan: Plan
    var finished = 0
  }

  private func train(
    offload: OffloadOptions?, order: ((Network) -> StepOrder)? = nil, accumulate: Int = 1
  ) throws -> Outcome {
    let (network, loss) = try network()
    var options = PlanOptions()
    options.offload = offload
    options.order = order?(network)
    options.accumulate = accumulate
    let plan = try Plan(network, loss: loss, updateRule: SGD(momentum: 0.9), options: options)
    let store = LateStore(bytes: plan.offloadedBytes)
    let executor = try Executor(plan, store: store)
    var stream = RandomStream(seed: 5, name: "offload")
    for parameter in network.parameters {
      let elements = executor.elements(of: parameter.value)
      for index in elements.indices { elements[index] = stream.uniform(-0.3, 0.3) }
    }
    for step in 0..<3 { _ = executor.step(step, learningRate: 0.1) { _, _ in } }
    var outcome = Outcome(plan: plan)
    outcome.gradients = network.parameters.indices.map { index in
      executor.gradient(of: ParameterID(index: index))?.map(\.bitPattern) ?? []
    }
    outcome.finished = store.finished
    return outcome
  }

  private func everything(budget: Int? = nil) throws -> OffloadOptions {
    let count = try network().0.nodes.count
    return OffloadOptions(nodes: Set((0..<count).map { NodeID(index: $0) }), budget: budget)
  }

  @Test func gradientsAreTheSameBitByBit() throws {
    let kept = try train(offload: nil)
    for budget in [nil, 1, 100_000] {
      let out = try train(offload: everything(budget: budget))
      #expect(out.gradients == kept.gradients)
      #expect(out.finished == 3 * 2 * out.plan.offloadedTensors)
      #expect(out.plan.offloadedTensors > 8)
    }
  }

  @Test func theArenaIsSmaller() throws {
    let kept = try train(offload: nil).plan
    let out = try train(offload: everything()).plan
    #expect(kept.arenaBytes - out.arenaBytes > out.offloadedBytes / 4)
    // A larger budget holds more on their way.
    let wide = try train(offload: everything(budget: 12 * 64 * 64 * 4)).plan
    #expect(wide.arenaBytes > out.arenaBytes)
  }

  @Test func goesWithMicroBatches() throws {
    let (kept, out) = (
      try train(offload: nil, accumulate: 3), try train(offload: everything(), accumulate: 3)
    )
    #expect(out.gradients == kept.gradients)
    #expect(out.finished == 3 * 3 * 2 * out.plan.offloadedTensors)
  }

  /// What is made again stays; what that is made from comes back before.
  @Test func goesWithRecomputing() throws {
    let order = { (network: Network) in
      let nodes = network.nodes.indices.map { NodeID(index: $0) }
      return StepOrder(
        nodes.map { .forward($0) } + nodes[10..<15].map { .forward($0) }
          + nodes[20..<25].map { .forward($0) } + nodes.reversed().map { .backward($0) })
    }
    let kept = try train(offload: nil)
    let out = try train(offload: everything(), order: order)
    #expect(out.gradients == kept.gradients)
    let nodes = Set(out.plan.rows.filter { $0.phase == .offloadOut }.map(\.node.index))
    #expect(nodes.isDisjoint(with: Set(10..<15)))
    #expect(!nodes.isEmpty)
  }

  /// Each tensor has its rows: out and in, freed and there again.
  @Test func rowsTellOfIt() throws {
    let plan = try train(offload: everything()).plan
    let (out, back) = (
      plan.rows.filter { $0.phase == .offloadOut }, plan.rows.filter { $0.phase == .offloadIn }
    )
    #expect(out.count == 2 * plan.offloadedTensors && back.count == out.count)
    let freed = out.map(\.freedBytes).reduce(0, +)
    #expect(freed == back.map(\.savedBytes).reduce(0, +))
    #expect(freed <= plan.offloadedBytes)
  }

  @Test func withoutAStoreThereIsNoExecutor() throws {
    let plan = try train(offload: everything()).plan
    #expect(throws: PlanError.self) { try Executor(plan) }
  }
}
