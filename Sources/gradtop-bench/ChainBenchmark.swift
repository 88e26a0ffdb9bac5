import Autodiff
import Glibc

/// What it brings that ops which work element by element go over their tensors in one pass: the time of
/// these ops, forward and backward, together over apart.
enum ChainBenchmark {
  private static let rounds = 15

  /// Ops on the last result, or on that and on the network's second input.
  private static let chains: [(name: String, ops: [(any Primitive, isBinary: Bool)])] = [
    ("GELU, Dropout", [(GELU(), false), (Dropout(probability: 0.1, stream: 1), false)]),
    ("SiLU, Mul", [(SiLU(), false), (Mul(), true)]),
    ("ReLU, Dropout", [(ReLU(), false), (Dropout(probability: 0.1, stream: 1), false)]),
    (
      "Dropout, Scale, Add",
      [(Dropout(probability: 0.1, stream: 1), false), (Scale(factor: 0.5), false), (Add(), true)]
    ),
    (
      "six ops",
      [
        (Scale(factor: 0.5), false), (Tanh(), false), (Mul(), true), (Add(), true), (GELU(), false),
        (Scale(factor: 2), false),
      ]
    ),
  ]

  static func run(_ names: [String]) throws {
    print("ops in one pass over the same apart, \(rounds) rounds; times together in µs")
    for (name, ops) in chains {
      for elements in [131_072, 524_288, 2_097_152, 8_388_608] {
        var samples = [Samples(), Samples()]
        let executors = try [true, false].map { try executor(ops, elements, chains: $0) }
        for round in 0...rounds {
          for (index, executor) in executors.enumerated() {
            let time = time(executor, step: round)
            if round > 0 { samples[index].values.append(time) }
          }
        }
        report(
          "\(name), \(elements) elements",
          "\(fixed(samples[0].ratio(to: samples[1]), 2)), \(fixed(samples[0].median / 1e3, 0)) µs")
      }
    }
  }

  private static func executor(
    _ ops: [(any Primitive, isBinary: Bool)], _ elements: Int, chains: Bool
  ) throws -> Executor {
    var network = Network()
    let shape: Shape = [elements / 256, 256]
    let x = network.addParameter("x", layer: "x", shape: shape)
    let other = network.addParameter("other", layer: "other", shape: shape)
    var last = x
    for (index, (primitive, isBinary)) in ops.enumerated() {
      last = try network.apply(
        primitive, to: isBinary ? [last, other] : [last], name: "\(index)", layer: "\(index)")
    }
    let loss = try network.apply(Mean(), to: [last], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.chainElements = chains ? 1 : nil
    options.threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let executor = try Executor(
      Plan(network, loss: loss, updateRule: SGD(), options: options))
    var stream = RandomStream(seed: 1, name: "chains")
    for value in [x, other] {
      let elements = executor.elements(of: value)
      for index in elements.indices { elements[index] = stream.uniform(-1, 1) }
    }
    return executor
  }

  /// Nanoseconds of all ops but the loss.
  private static func time(_ executor: Executor, step: Int) -> Double {
    let rows = executor.plan.rows
    let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * rows.count)
    defer { times.deallocate() }
    var record = StepRecord()
    record.times = times
    _ = executor.step(step, learningRate: 0, record: record) { _, _ in }
    let loss = executor.plan.network.nodes.count - 1
    return rows.indices.reduce(0.0) { sum, row in
      guard rows[row].phase != .optimizer, rows[row].node.index != loss else { return sum }
      return sum + Double(times[2 * row + 1] - times[2 * row])
    }
  }
}
