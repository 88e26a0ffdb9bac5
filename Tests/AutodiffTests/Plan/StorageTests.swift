import Testing

@testable import Autodiff

/// bfloat16 as it is stored where the processor computes in it, beside float32 that is rounded.
@Suite(.enabled(if: KernelFactory.hasBFloat16, "this processor has no instruction for bfloat16"))
struct StorageTests {
  /// Kernels that take bfloat16 and such that do not, with ways round both.
  private func network() throws -> (Network, ValueID) {
    var network = Network()
    var count = 0
    func add(_ primitive: any Primitive, _ operands: ValueID...) throws -> ValueID {
      count += 1
      let name = "\(type(of: primitive).name).\(count)"
      return try network.apply(primitive, to: operands, name: name, layer: name)
    }
    func parameter(_ sizes: Int...) -> ValueID {
      count += 1
      return network.addParameter("p\(count)", layer: "p\(count)", shape: Shape(sizes))
    }
    let geometry = ConvolutionGeometry(strides: [1, 1], padding: [1, 1], dilations: [1, 1])
    let batch = network.addBatchTensor(.input, shape: [4, 3, 8, 8])
    let target = network.addBatchTensor(.target, shape: [4, 4, 8])
    var x = try add(Conv2d(geometry), batch, parameter(16, 3, 3, 3), parameter(16))
    x = try add(
      BatchNorm2d(BatchNormOptions(tracksStatistics: false)), x, parameter(16), parameter(16))
    x = try add(ReLU(), x)
    let image = x
    x = try add(Conv2d(geometry), x, parameter(16, 16, 3, 3))
    x = try add(Add(), x, image)
    x = try add(MaxPool2d(PoolingGeometry(kernel: [2, 2])), x)
    x = try add(Dropout(probability: 0.1, stream: 1), x)
    x = try add(Flatten(), x)
    // Read twice: the gradient of a view is added to.
    let flat = x
    x = try add(Linear(), x, parameter(96, 256), parameter(96))
    x = try add(GELU(), x)
    x = try add(LayerNorm(normalized: [96]), x, parameter(96), parameter(96))
    x = try add(Reshape(sizes: [4, 24]), x)
    x = try add(ScaledDotProductAttention(heads: 2, isCausal: true), x)
    let side = try add(Reshape(sizes: [4, 8]), try add(Linear(), flat, parameter(32, 256)))
    x = try add(Mul(), x, side)
    x = try add(Add(), x, parameter(8))
    // The same value twice, where kernels compute in single precision.
    x = try add(Mul(), x, x)
    x = try add(Concat(dimension: 2), x, x)
    x = try add(Linear(), x, parameter(8, 16))
    x = try add(Tanh(), x)
    x = try add(MatMul(), x, try add(Transpose(1, 2), side))
    x = try add(MatMul(), try add(Softmax(), x), side)
    let loss = try add(MSELoss(), x, target)
    return (network, loss)
  }

  private struct Outcome {
    var losses: [Double]
    var gradients: [[Float]]
    var plan: Plan
  }

  private func trained(_ change: (inout PlanOptions) -> Void = { _ in }) throws -> Outcome {
    let (network, loss) = try network()
    var options = PlanOptions()
    options.precision = .bfloat16
    options.accumulate = 2
    change(&options)
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: options)
    let executor = try Executor(plan)
    var stream = RandomStream(seed: 8, name: "storage")
    for parameter in network.parameters {
      let elements = executor.elements(of: parameter.value)
      let width = Float(network[parameter.value].shape.width)
      for index in elements.indices { elements[index] = stream.normal() / width.squareRoot() }
    }
    let rows = (0..<4).map { _ in (0..<4 * 192).map { _ in stream.normal() } }
    let losses = (0..<2).map { step in
      executor.step(step, learningRate: 0.01) { micro, batch in
        let row = rows[step * 2 + micro]
        for index in row.indices { batch.inputs?[index] = row[index] }
        for index in 0..<128 { batch.targets?[index] = row[index] }
      }.loss
    }
    let gradients = network.parameters.indices.map {
      executor.gradient(of: ParameterID(index: $0)).map(Array.init) ?? []
    }
    return Outcome(losses: losses, gradients: gradients, plan: plan)
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } / (norm(a) * norm(b))
  }

  @Test func givesWhatRoundingGives() throws {
    let (stored, rounded) = (try trained(), try trained { $0.storesBFloat16 = false })
    let exact = try trained { $0.precision = .float32 }
    #expect(stored.plan.types.contains(.bfloat16) && !rounded.plan.types.contains(.bfloat16))
    for (index, pair) in zip(stored.losses, zip(rounded.losses, exact.losses)).enumerated() {
      #expect(abs(pair.0 - pair.1.0) <= 0.01 * pair.1.1, "step \(index)")
      #expect(abs(pair.0 - pair.1.1) <= 0.02 * pair.1.1, "step \(index)")
    }
    for (index, parameter) in stored.plan.network.parameters.enumerated() {
      let (a, b) = (stored.gradients[index], exact.gradients[index])
      // A shift before a normalization has none.
      guard norm(b) > 1e-5 else { continue }
      #expect(cosine(a, b) > 0.98, "\(parameter.name): \(cosine(a, b))")
      #expect(abs(norm(a) - norm(b)) <= 0.03 * norm(b), "\(parameter.name)")
    }
  }

  @Test func activationsAndTheirGradientsTakeHalf() throws {
    let (stored, rounded) = (try trained(), try trained { $0.storesBFloat16 = false })
    let (plan, other) = (stored.plan, rounded.plan)
    for node in plan.network.nodes where plan.network[node.result].shape.rank > 0 {
      let index = node.result.index
      #expect(plan.types[index] == .bfloat16, "\(node.name)")
      let (a, b) = (plan.valueTensors[index], other.valueTensors[index])
      #expect(2 * plan.factory.tensors[a].bytes == other.factory.tensors[b].bytes, "\(node.name)")
    }
    for parameter in plan.network.parameters {
      #expect(plan.types[parameter.value.index] == .float32)
    }
    #expect(plan.arenaBytes < other.arenaBytes)
  }

  /// With all made again: the same bits.
  @Test func theSameBitsAreMadeAgain() throws {
    let (network, _) = try network()
    let nodes = network.nodes.indices.map { NodeID(index: $0) }
    let loss = NodeID(index: nodes.count - 1)
    let kept = try trained()
    let again = try trained {
      $0.order = StepOrder(
        nodes.map { .forward($0) } + [.backward(loss)] + nodes.dropLast().map { .forward($0) }
          + nodes.dropLast().reversed().map { .backward($0) })
    }
    #expect(again.plan.rows.contains { $0.phase == .recompute })
    #expect(kept.losses == again.losses && kept.gradients == again.gradients)
  }

  /// A product of the batch reads that rounded, also through a view of it.
  @Test func productsRoundWhatComesIn() throws {
    func loss(_ change: (inout PlanOptions) -> Void) throws -> Double {
      var network = Network()
      let x = network.addBatchTensor(.input, shape: [2, 2, 2])
      let target = network.addBatchTensor(.target, shape: [2, 1])
      let weight = network.addParameter("w", layer: "w", shape: [1, 4])
      let flat = try network.apply(Flatten(), to: [x], name: "flat", layer: "flat")
      let y = try network.apply(Linear(), to: [flat, weight], name: "y", layer: "y")
      let loss = try network.apply(MSELoss(), to: [y, target], name: "loss", layer: "loss")
      var options = PlanOptions()
      (options.precision, options.storedElements) = (.bfloat16, 0)
      change(&options)
      let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
      executor.elements(of: weight).update(repeating: 1)
      // 1 + 2⁻⁹ is 1 in bfloat16.
      return executor.step(0, learningRate: 0) { _, batch in
        for index in 0..<8 { batch.inputs?[index] = 1 + 0x1p-9 }
        for index in 0..<2 { batch.targets?[index] = 0 }
      }.loss
    }
    #expect(try loss { _ in } == 16)
    #expect(try loss { $0.storesBFloat16 = false } == 16)
    #expect(try loss { $0.precision = .float32 } > 16)
  }

  /// A head is widened by itself, whatever its width, and all of them get back to their columns.
  @Test(arguments: [[1, 1, 1, 1], [2, 5, 3, 5], [1, 33, 2, 12], [3, 64, 4, 8], [2, 70, 1, 17]])
  func attentionGivesWhatRoundingGives(_ sizes: [Int]) throws {
    for isCausal in [false, true] {
      let stored = try attended(sizes, isCausal, isStored: true)
      let rounded = try attended(sizes, isCausal, isStored: false)
      let largest = rounded.gradient.reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(stored.result, rounded.result) { #expect(abs(a - b) <= 0x1p-7 * abs(b)) }
      for (a, b) in zip(stored.gradient, rounded.gradient) {
        #expect(abs(a - b) <= 0x1p-6 * largest, "\(sizes), causal: \(isCausal)")
      }
      #expect(sizes[1] == 1 || largest > 0)
    }
  }

  /// An attention [samples, time, heads, width of a head] of rounded numbers: y, and what comes back.
  private func attended(
    _ sizes: [Int], _ isCausal: Bool, isStored: Bool
  ) throws -> (result: [Float], gradient: [Float]) {
    let (samples, time, heads, width) = (sizes[0], sizes[1], sizes[2], sizes[3])
    var network = Network()
    let (input, output): (Shape, Shape) = (
      [samples, time, 3 * heads * width], [samples, time, heads * width]
    )
    let batch = network.addBatchTensor(.input, shape: input)
    let target = network.addBatchTensor(.target, shape: output)
    let shift = network.addParameter("shift", layer: "shift", shape: input)
    let x = try network.apply(Add(), to: [batch, shift], name: "x", layer: "x")
    let attention = ScaledDotProductAttention(heads: heads, isCausal: isCausal)
    let y = try network.apply(attention, to: [x], name: "y", layer: "y")
    let loss = try network.apply(MSELoss(), to: [y, target], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.precision = .bfloat16
    (options.storesBFloat16, options.storedElements) = (isStored, 0)
    let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
    #expect(executor.plan.types[y.index] == (isStored ? .bfloat16 : .float32))
    executor.elements(of: shift).update(repeating: 0)
    func load(_ batch: BatchTensors) {
      var stream = RandomStream(seed: 9, name: "attention")
      for index in 0..<input.elementCount { batch.inputs?[index] = stream.normal() }
      for index in 0..<output.elementCount { batch.targets?[index] = stream.normal() }
    }
    _ = executor.step(0, learningRate: 0) { _, batch in load(batch) }
    let gradient = executor.gradient(of: ParameterID(index: 0)).map(Array.init) ?? []
    // Backward has used the room of y for other things.
    _ = executor.evaluate(samples: samples, of: samples, load: load)
    return (executor.rowOrder(of: y), gradient)
  }

  /// Calling oneDNN takes longer than computing where a network is tiny.
  @Test(arguments: [(511, false), (512, true)])
  func tinyNetworksRound(_ width: Int, _ isStored: Bool) throws {
    var network = Network()
    let batch = network.addBatchTensor(.input, shape: [2, width])
    let target = network.addBatchTensor(.target, shape: [2, width])
    let x = try network.apply(Tanh(), to: [batch], name: "x", layer: "x")
    let shift = network.addParameter("shift", layer: "shift", shape: [width])
    let y = try network.apply(Add(), to: [x, shift], name: "y", layer: "y")
    let loss = try network.apply(MSELoss(), to: [y, target], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.precision = .bfloat16
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: options)
    #expect(plan.types.contains(.bfloat16) == isStored)
  }
}
