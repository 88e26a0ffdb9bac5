import Autodiff

/// A network of two linear layers with a tanh between them and a squared error, for tests of plans
/// and executors.
final class TinyTraining {
  static let batch = 6
  let executor: Executor
  private var stream = RandomStream(seed: 3, name: "tiny training")

  init(
    batch: Int = batch, rule: any UpdateRule = SGD(),
    options change: (inout PlanOptions) -> Void = { _ in }
  ) throws {
    var network = Network()
    let x = network.addBatchTensor(.input, shape: [batch, 5])
    let target = network.addBatchTensor(.target, shape: [batch, 3])
    let w1 = network.addParameter("a.weight", layer: "a", shape: [7, 5])
    let b1 = network.addParameter("a.bias", layer: "a", shape: [7])
    let w2 = network.addParameter("b.weight", layer: "b", shape: [3, 7])
    let a = try network.apply(Linear(), to: [x, w1, b1], name: "a", layer: "a")
    let h = try network.apply(Tanh(), to: [a], name: "tanh", layer: "tanh")
    let y = try network.apply(Linear(), to: [h, w2], name: "b", layer: "b")
    let loss = try network.apply(MSELoss(), to: [y, target], name: "loss", layer: "loss")
    var options = PlanOptions()
    change(&options)
    executor = try Executor(Plan(network, loss: loss, updateRule: rule, options: options))
    for parameter in network.parameters {
      for (index, number) in numbers(network[parameter.value].shape.elementCount).enumerated() {
        executor.elements(of: parameter.value)[index] = number / 2
      }
    }
  }

  private func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in stream.normal() } }

  /// Trains on made-up rows; row `r` is the same whatever the batch it is in.
  @discardableResult
  func step(
    _ index: Int, rate: Double = 0.1, record: StepRecord = StepRecord(), scale: Float = 1
  ) -> StepResult {
    let accumulate = executor.plan.options.accumulate
    let rows = executor.plan.network.values[0].shape.sizes[0]
    return executor.step(index, learningRate: rate, record: record) { micro, batch in
      for row in 0..<rows {
        let number = (index * accumulate + micro) * rows + row
        var stream = RandomStream(seed: UInt64(number), name: "row")
        for column in 0..<5 { batch.inputs?[row * 5 + column] = scale * stream.normal() }
        for column in 0..<3 { batch.targets?[row * 3 + column] = scale * stream.normal() }
      }
    }
  }

  var parameters: [ParameterID] {
    executor.plan.network.parameters.indices.map { ParameterID(index: $0) }
  }

  var gradients: [Float] { parameters.flatMap { executor.gradient(of: $0).map(Array.init) ?? [] } }

  var weights: [Float] {
    parameters.flatMap { Array(executor.elements(of: executor.plan.network[$0].value)) }
  }
}

/// The largest difference of two lists of the same length.
func distance(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// √Σ x².
func norm(_ x: [Float]) -> Double {
  x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
}
