import Autodiff
import Foundation
import Testing
import Training

/// Models of sequences from their data to their loss.
@Suite struct SequenceTrainingTests {
  private static let traces = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../traces").standardized.path

  private func shipped(_ name: String) throws -> PreparedModel {
    let bytes = try Data(contentsOf: URL(filePath: "\(Self.traces)/\(name).json"))
    return try PreparedModel(ModelFile(Array(bytes), folder: Self.traces), threads: 2)
  }

  private func prepare(_ data: String, _ layers: String, loss: String) throws -> PreparedModel {
    let text = """
      {"data": \(data), "model": [\(layers)], "loss": {"type": "\(loss)"},
       "optimizer": {"type": "Adam", "lr": 0.01}, "training": {"batch_size": 16}}
      """
    return try PreparedModel(ModelFile(Array(text.utf8), folder: Self.traces), threads: 1)
  }

  /// The mean loss of the first and of the last five of `steps`.
  private func losses(_ model: PreparedModel, steps: Int) -> (first: Double, last: Double) {
    var trainer = Trainer(model, control: TrainingControl())
    let losses = (0..<steps).map { trainer.step($0).loss }
    return (losses.prefix(5).reduce(0, +) / 5, losses.suffix(5).reduce(0, +) / 5)
  }

  @Test(arguments: [("gpt", 875_264), ("lstm", 197_888), ("rnn", 17_025)])
  func shippedModelsTakeAStep(_ name: String, _ parameters: Int) throws {
    let model = try shipped(name)
    let network = model.executor.plan.network
    #expect(
      network.parameters.reduce(0) { $0 + network[$1.value].shape.elementCount } == parameters)
    var trainer = Trainer(model, control: TrainingControl())
    let result = trainer.step(0)
    #expect(result.loss.isFinite && result.gradNorm > 0)
    // Before it has learnt anything each of 256 bytes is as likely as the others.
    if name != "rnn" { #expect(abs(result.loss - log(256)) < 0.3) }
  }

  @Test func copiesWhatItHasRead() throws {
    let model = try prepare(
      #"{"type": "copy", "length": 2, "symbols": 3, "samples": 64}"#,
      #"{"type": "Embedding", "embedding_dim": 8}, {"type": "GRU", "hidden_size": 24},"#
        + #" {"type": "Linear", "out_features": 4}"#, loss: "CrossEntropyLoss")
    #expect(
      model.executor.plan.network[model.executor.plan.network.parameters[0].value].shape == [5, 8])
    let (first, last) = losses(model, steps: 60)
    #expect(last < first / 2)
  }

  @Test func addsNumbersFarApart() throws {
    let model = try prepare(
      #"{"type": "adding", "length": 6, "samples": 64}"#,
      #"{"type": "LSTM", "hidden_size": 16, "output": "last"}, {"type": "Linear", "out_features": 1}"#,
      loss: "MSELoss")
    let (first, last) = losses(model, steps: 80)
    #expect(last < first / 2)
  }

  @Test func learnsSumsOfClocks() throws {
    let model = try prepare(
      #"{"type": "modular", "modulus": 5, "fraction": 1}"#,
      #"{"type": "Embedding", "embedding_dim": 16}, {"type": "Flatten"},"#
        + #" {"type": "Linear", "out_features": 32}, {"type": "ReLU"},"#
        + #" {"type": "Linear", "out_features": 5}"#, loss: "CrossEntropyLoss")
    let (first, last) = losses(model, steps: 60)
    #expect(last < first / 2)
  }

  @Test func readsText() throws {
    let model = try prepare(
      #"{"type": "text", "file": "FORMAT.md", "context": 12}"#,
      #"{"type": "Embedding", "embedding_dim": 16}, {"type": "PositionalEmbedding"},"#
        + #" {"type": "MultiheadAttention", "num_heads": 2, "causal": true},"#
        + #" {"type": "Linear", "out_features": 256}"#, loss: "CrossEntropyLoss")
    let (first, last) = losses(model, steps: 40)
    #expect(last < first - 1)
  }

  /// What the attention gives is kept once, for its own backward and for the product behind it.
  @Test func attentionSharesWhatIsKept() throws {
    let plan = try shipped("gpt").executor.plan
    let nodes = plan.network.nodes
    let attention = try #require(nodes.firstIndex { $0.primitive is ScaledDotProductAttention })
    let kept = plan.savedByNode[attention].map { plan.savedTensors[$0] }
    // q, k and v; the output; a sum for each head and query.
    #expect(kept.map(\.bytes).sorted() == [4, 128, 3 * 128].map { 4 * 8 * 128 * $0 })
    #expect(Set(plan.savedTensors.map(\.storage)).count == plan.savedTensors.count)
    let product = plan.savedByNode[attention + 1]
    #expect(Set(plan.savedByNode[attention]).intersection(product).count == 1)
  }

  /// h, the inputs, the gates and the cells, at each of 64 time steps of 16 samples.
  @Test func recurrentLayersKeepWhatTheyName() throws {
    let plan = try shipped("lstm").executor.plan
    let node = try #require(plan.network.nodes.firstIndex { $0.primitive is LSTM })
    let made = plan.savedByNode[node].map { plan.savedTensors[$0] }.filter { $0.producer != nil }
    #expect(made.map(\.bytes).sorted() == [128, 128, 128, 512].map { 4 * 64 * 16 * $0 })
  }
}
