import Testing

@testable import Autodiff

/// Derivatives of large tensors, cut into a slice for each thread.
@Suite struct DerivativeSlicesTests {
  private static let activations: [any Primitive] = [
    ReLU(), Sigmoid(), Tanh(), GELU(), GELU(approximatesByTanh: true), SiLU(), ELU(), LeakyReLU(),
    Pow(exponent: 3), Exp(),
  ]

  /// ∂x of Σ f(x)², which is 2 f(x) f'(x).
  private func gradient(
    _ activation: any Primitive, _ count: Int, _ change: (inout PlanOptions) -> Void
  ) throws -> [Float] {
    var network = Network()
    let x = network.addParameter("x", layer: "x", shape: [count])
    let y = try network.apply(activation, to: [x], name: "y", layer: "y")
    let square = try network.apply(Mul(), to: [y, y], name: "square", layer: "square")
    let loss = try network.apply(Sum(), to: [square], name: "loss", layer: "loss")
    var options = PlanOptions()
    change(&options)
    let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
    var stream = RandomStream(seed: 11, name: "slices")
    let elements = executor.elements(of: x)
    for index in elements.indices { elements[index] = stream.uniform(-2, 2) }
    _ = executor.step(0, learningRate: 0) { _, _ in }
    return executor.gradient(of: ParameterID(index: 0)).map(Array.init) ?? []
  }

  /// Enough for several threads, and no multiple of a vector.
  @Test func areTheSameOnAnyNumberOfThreads() throws {
    let count = KernelFactory.parallelElements + 1234 + 5
    for activation in Self.activations {
      let one = try gradient(activation, count) { $0.threads = 1 }
      #expect(one.contains { $0 != 0 })
      for threads in [2, 3] {
        let several = try gradient(activation, count) { $0.threads = threads }
        #expect((one == several) as Bool, "\(activation) on \(threads) threads")
      }
    }
  }

  @Test func areTheSameInBFloat16() throws {
    let count = KernelFactory.parallelElements + 77
    for stored in [false, true] where !stored || KernelFactory.hasBFloat16 {
      let gradients = try [1, 2].map { threads in
        try gradient(GELU(), count) {
          ($0.threads, $0.precision, $0.storesBFloat16) = (threads, .bfloat16, stored)
        }
      }
      #expect((gradients[0] == gradients[1]) as Bool)
    }
  }

  /// The place on the stack is found once, and changes nothing but time.
  @Test func runTheSameAnywhereOnTheStack() throws {
    let kernels = try KernelFactory(threads: 1)
    let place = try StackPlace.ofDerivatives(.float32, kernels)
    #expect(place.offset % 16 == 0 && place.offset < place.period)
    #expect(try StackPlace.ofDerivatives(.float32, kernels).offset == place.offset)
    let results = try (0..<4).map { place in
      try derivatives(of: .silu, at: StackPlace(offset: 16 * UInt32(place)), kernels)
    }
    #expect(results.allSatisfy { $0 == results[0] })
    // σ(x) (1 + x (1 - σ(x))) at 0.
    #expect(abs(results[0][0] - 0.5) < 1e-6)
  }

  private func derivatives(
    of function: Elementwise, at place: StackPlace, _ kernels: KernelFactory
  ) throws -> [Float] {
    let primitive = try kernels.eltwiseBackward(function, 300, .float32)
    primitive.place = place
    let data = try describe([300])
    var memory = (0..<3).map { _ in [Float](repeating: 1, count: 300) }
    memory[0] = (0..<300).map { Float($0) / 100 }
    let run = try primitive.bindMoving([(1, data), (145, data), (129, data)])
    let pointers = memory.map { list in
      let pointer = UnsafeMutablePointer<Float>.allocate(capacity: list.count)
      pointer.initialize(from: list, count: list.count)
      return pointer
    }
    defer { for pointer in pointers { pointer.deallocate() } }
    let addresses = pointers.map { UnsafeMutableRawPointer($0) }
    addresses.withUnsafeBufferPointer { list in
      if let list = list.baseAddress { run(list) }
    }
    return Array(UnsafeBufferPointer(start: pointers[2], count: 300))
  }
}
