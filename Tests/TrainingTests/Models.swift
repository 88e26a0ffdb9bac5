import Autodiff
import Foundation
import Testing
import Training

/// A model of these layers, on one sample of zeros of this shape, by an optimizer that does nothing.
///
/// - Parameter more: Further keys of the file.
func model(
  _ layers: String, sample: [Int], seed: Int = 1, more: String = ""
) throws -> PreparedModel {
  let zeros = sample.reversed().reduce("0") { part, size in
    "[" + Array(repeating: part, count: size).joined(separator: ",") + "]"
  }
  let text = """
    {"seed": \(seed), "data": {"type": "inline", "inputs": [\(zeros), \(zeros)], "targets": [[0], [0]]},
     "model": [\(layers)], "loss": {"type": "Sum"}, "optimizer": {"type": "SGD", "lr": 0.1},
     "training": {"steps": 2, "batch_size": 2}\(more)}
    """
  return try PreparedModel(ModelFile(Array(text.utf8), folder: "."), threads: 1)
}

extension PreparedModel {
  /// The parameter or running statistic called `name`.
  func tensor(_ name: String) throws -> [Float] {
    let network = executor.plan.network
    let value =
      network.parameters.first { $0.name == name }?.value
      ?? network.buffers.first { $0.name == name }?.value
    return Array(executor.elements(of: try #require(value, "no tensor \(name)")))
  }
}
