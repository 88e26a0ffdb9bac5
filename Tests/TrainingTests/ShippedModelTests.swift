import Autodiff
import Foundation
import Testing
import Training

/// The model files in traces/: they are read, run, and learn.
@Suite struct ShippedModelTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "traces")

  private func losses(_ name: String, steps: Int) throws -> [Double] {
    let file = Self.folder.appending(path: name)
    var model = try ModelFile(Array(Data(contentsOf: file)), folder: Self.folder.path)
    model.training.batchSize = min(16, model.training.batchSize)
    var trainer = Trainer(
      try PreparedModel(model, threads: 1), control: TrainingControl())
    return (0..<steps).map { trainer.step($0).loss }
  }

  @Test func residualNetworkOfTwentyLayersRuns() throws {
    let losses = try losses("resnet20.json", steps: 2)
    #expect(losses.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test func convolutionsLearnDigits() throws {
    let losses = try losses("digits-cnn.json", steps: 60)
    #expect(losses[0] > 2)
    #expect(losses.suffix(10).reduce(0, +) / 10 < 0.8)
  }
}
