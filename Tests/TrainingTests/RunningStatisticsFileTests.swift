import Autodiff
import Foundation
import Testing
import Training

/// Running statistics in safetensors files, by PyTorch's names.
@Suite struct RunningStatisticsFileTests {
  private let layers =
    #"{"type": "Linear", "name": "l", "out_features": 3}, {"type": "BatchNorm1d", "name": "b"}"#

  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "gradtop-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func areWrittenAndRead() throws {
    try withFile { path in
      let first = try model(layers, sample: [4])
      var trainer = Trainer(first, control: TrainingControl())
      for step in 0..<2 { _ = trainer.step(step) }
      #expect(try first.tensor("b.num_batches_tracked") == [2])
      try first.saveWeights(path)
      let second = try model(layers, sample: [4], seed: 2)
      try second.loadWeights(path)
      for name in ["l.weight", "b.running_mean", "b.running_var", "b.num_batches_tracked"] {
        #expect(try second.tensor(name) == first.tensor(name))
      }
    }
  }

  @Test func mayBeMissing() throws {
    try withFile { path in
      let bare = layers.replacing(
        #""name": "b""#, with: #""name": "b", "track_running_stats": false"#)
      try model(bare, sample: [4]).saveWeights(path)
      let it = try model(layers, sample: [4], seed: 2)
      try it.loadWeights(path)
      #expect(try it.tensor("b.running_var") == [1, 1, 1])
    }
  }

  @Test func ofAnotherShapeAreRefused() throws {
    let layers = """
      {"type": "BatchNorm1d", "name": "b", "affine": false}, {"type": "Sum", "dim": 1, "keepdim": true},
      {"type": "Linear", "name": "l", "out_features": 2}
      """
    try withFile { path in
      try model(layers, sample: [4]).saveWeights(path)
      do {
        try model(layers, sample: [3]).loadWeights(path)
        Issue.record("four means for three channels")
      } catch TrainingError.weights(let error) {
        #expect(error.reason == "\"b.running_mean\" has shape [4], the model needs [3]")
      }
    }
  }

  /// Copies of a shared layer have one set of them, as in PyTorch.
  @Test func areSharedWhereTheLayerIs() throws {
    let shared =
      #"{"type": "Repeat", "name": "r", "times": 3, "share": true, "body": [{"type": "BatchNorm1d", "name": "b"}]}"#
    let it = try model(shared, sample: [4])
    #expect(
      it.executor.plan.network.buffers.map(\.name)
        == ["r.0.b.running_mean", "r.0.b.running_var", "r.0.b.num_batches_tracked"])
    var trainer = Trainer(it, control: TrainingControl())
    _ = trainer.step(0)
    #expect(try it.tensor("r.0.b.num_batches_tracked") == [3])
  }
}
