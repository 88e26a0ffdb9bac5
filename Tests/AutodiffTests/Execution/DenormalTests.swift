import Testing

@testable import Autodiff

/// Numbers below 1.2e-38 cost a processor many times as much as others: they count as 0, on each
/// thread that trains.
@Suite struct DenormalTests {
  @Test(arguments: [1, 2]) func productsBelowTheNormalRangeAreZero(_ threads: Int) throws {
    let count = 1 << 16
    var network = Network()
    let shape = Shape([count])
    let x = network.addParameter("x", layer: "x", shape: shape)
    let y = network.addParameter("y", layer: "y", shape: shape)
    let product = try network.apply(Mul(), to: [x, y], name: "product", layer: "product")
    let loss = try network.apply(Sum(), to: [product], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.threads = threads
    let plan = try Plan(network, loss: loss, updateRule: SGD(), options: options)
    let executor = try Executor(plan)
    executor.elements(of: x).update(repeating: 1e-20)
    executor.elements(of: y).update(repeating: 1e-20)
    _ = executor.evaluate(samples: 1, of: 1) { _ in }
    #expect(executor.elements(of: product).allSatisfy { $0 == 0 })
  }
}
