import Foundation
import Testing

@testable import Autodiff

/// The logarithm of a softmax, beside the same in Double.
@Suite struct LogSoftmaxTests {
  /// y for an input, by a network of nothing else.
  private func logSoftmax(
    _ x: [Float], _ shape: Shape, dimension: Int, threads: Int = 1
  ) throws -> [Float] {
    var network = Network()
    let input = network.addBatchTensor(.input, shape: shape)
    let shift = network.addParameter("shift", layer: "shift", shape: shape)
    let z = try network.apply(Add(), to: [input, shift], name: "z", layer: "z")
    let layer = LogSoftmax(dimension: dimension)
    let y = try network.apply(layer, to: [z], name: "y", layer: "y")
    let loss = try network.apply(Sum(), to: [y], name: "loss", layer: "loss")
    var options = PlanOptions()
    options.threads = threads
    let executor = try Executor(Plan(network, loss: loss, updateRule: SGD(), options: options))
    executor.elements(of: shift).update(repeating: 0)
    _ = executor.evaluate(samples: shape.sizes[0], of: shape.sizes[0]) { batch in
      for index in x.indices { batch.inputs?[index] = x[index] }
    }
    return executor.rowOrder(of: y)
  }

  @Test(arguments: [
    [1, 2], [3, 5], [2, 8], [7, 17], [3, 1000], [2, 3, 4], [3, 19, 9], [2, 4, 3, 5], [120, 300],
  ])
  func agreesWithDoubles(_ sizes: [Int]) throws {
    let shape = Shape(sizes)
    for dimension in sizes.indices.dropFirst() {
      for scale: Float in [0, 1, 10, 60] {
        var stream = RandomStream(seed: UInt64(dimension), name: "logits")
        let x = (0..<shape.elementCount).map { _ in scale * stream.normal() }
        let y = try logSoftmax(x, shape, dimension: dimension, threads: 2)
        let (width, after) = (sizes[dimension], sizes[(dimension + 1)...].reduce(1, *))
        var worst = 0.0
        for start in 0..<x.count where start / after % width == 0 {
          let line = (0..<width).map { Double(x[start + $0 * after]) }
          let largest = line.max() ?? 0
          let sum = log(line.reduce(0) { $0 + exp($1 - largest) })
          for (index, x) in line.enumerated() {
            let exact = x - largest - sum
            worst = max(worst, abs(Double(y[start + index * after]) - exact) / max(1, -exact))
          }
        }
        // The rounding of the sum, of its logarithm and of two differences.
        #expect(worst <= 0x1p-21, "\(sizes) along \(dimension), scale \(scale): \(worst)")
      }
    }
  }

  /// Who is sure and right loses nothing, and never less than that.
  @Test(arguments: [2, 8, 9, 100])
  func oneWhoIsSureLosesNothing(_ classes: Int) throws {
    for gap: Float in [5, 10, 15, 20, 80, 1000] {
      var x = [Float](repeating: 0, count: classes)
      x[classes - 1] = gap
      let y = try logSoftmax(x, [1, classes], dimension: 1)
      #expect(y.allSatisfy { $0 <= 0 })
      let exact = -log1p(Double(classes - 1) * exp(-Double(gap)))
      #expect(abs(Double(y[classes - 1]) - exact) <= 0x1p-23, "a lead of \(gap)")
      if gap >= 80 { #expect(y[classes - 1] == 0) }
    }
  }

  @Test func whatIsNoNumberSpreads() throws {
    let y = try logSoftmax([1, .nan, 2, 1, -.infinity, 2], [2, 3], dimension: 1)
    #expect(y[..<3].allSatisfy { $0.isNaN })
    #expect(y[4] == -.infinity && abs(y[3] + 1.313_261_7) < 1e-6 && abs(y[5] + 0.313_261_7) < 1e-6)
  }
}
