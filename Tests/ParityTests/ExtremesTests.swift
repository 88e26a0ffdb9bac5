import Autodiff
import Testing
import Training

/// Models and data of unusual sizes: they run, or say why not.
@Suite struct ExtremesTests {
  private static func model(
    _ layers: String, data: String, loss: String = "MSELoss", batch: Int = 4
  ) throws -> PreparedModel {
    let text = """
      {"data": \(data), "model": [\(layers)], "loss": {"type": "\(loss)"},
       "optimizer": {"type": "SGD", "lr": 0.01}, "training": {"steps": 3, "batch_size": \(batch)}}
      """
    return try PreparedModel(ModelFile(Array(text.utf8), folder: "."), threads: 1)
  }

  private static let teacher = #"{"type": "teacher", "inputs": 4, "outputs": 4, "samples": 6}"#

  private static func losses(_ model: PreparedModel) -> [Double] {
    var trainer = Trainer(model, control: TrainingControl())
    return (0..<3).map { trainer.step($0).loss }
  }

  private static func isFinite(_ losses: [Double]) -> Bool {
    !losses.contains { !$0.isFinite }
  }

  /// Kernels grow with the layers, no faster: every layer has the same number of them.
  @Test func tenThousandLayers() throws {
    func deep(_ layers: Int) throws -> PreparedModel {
      try Self.model(
        """
        {"type": "Repeat", "times": \(layers / 2), "body": [
          {"type": "Linear", "out_features": 4}, {"type": "Tanh"}]}
        """, data: Self.teacher)
    }
    let (shallow, tall) = try (deep(100), deep(10_000))
    #expect(tall.executor.plan.network.nodes.count == 10_001)
    #expect(Self.isFinite(Self.losses(tall)))
    #expect(tall.executor.plan.rows.count <= 100 * shallow.executor.plan.rows.count)
  }

  @Test func oneLayer() throws {
    let losses = Self.losses(
      try Self.model(#"{"type": "Linear", "out_features": 4}"#, data: Self.teacher))
    #expect(Self.isFinite(losses))
  }

  /// Rows come round again.
  @Test func batchLargerThanTheData() throws {
    let losses = Self.losses(
      try Self.model(#"{"type": "Linear", "out_features": 4}"#, data: Self.teacher, batch: 17))
    #expect(Self.isFinite(losses))
  }

  /// The softmax over one class is 1, and the loss 0.
  @Test func oneClass() throws {
    let data = #"{"type": "inline", "inputs": [[1, 2], [3, 4]], "targets": [0, 0]}"#
    let model = try Self.model(
      #"{"type": "Linear", "out_features": 1}"#, data: data, loss: "CrossEntropyLoss", batch: 2)
    #expect(Self.losses(model) == [0, 0, 0])
  }

  /// A class for each of one time step is a class for each sample.
  @Test func oneTimeStep() throws {
    func losses(_ inputs: String, _ targets: String) throws -> [Double] {
      let data = #"{"type": "inline", "inputs": \#(inputs), "targets": \#(targets)}"#
      return Self.losses(
        try Self.model(
          #"{"type": "Linear", "out_features": 2}"#, data: data, loss: "CrossEntropyLoss", batch: 2)
      )
    }
    let flat = try losses("[[1, 2], [3, 4]]", "[0, 1]")
    #expect(try losses("[[[1, 2]], [[3, 4]]]", "[[0], [1]]") == flat && Self.isFinite(flat))
    #expect(throws: TrainingError.self) {
      try losses("[[[1, 2], [0, 1]], [[3, 4], [1, 0]]]", "[[0], [1]]")
    }
  }

  @Test func oneFeatureAndOneSample() throws {
    let data = #"{"type": "inline", "inputs": [[2]], "targets": [[1]]}"#
    let model = try Self.model(#"{"type": "Linear", "out_features": 1}"#, data: data, batch: 1)
    #expect(Self.isFinite(Self.losses(model)))
  }
}
