import Testing
import Training

@Suite struct ModelDocumentTests {
  private let text = """
    {"name": "a \\"b\\"", "model": [
      {"type": "Linear", "name": "in", "out_features": 32, "bias_init": {"type": "ones"}},
      {"type": "Sigmoid", "name": "s"},
      {"type": "Repeat", "name": "deep", "times": 2, "body": [
        {"type": "Linear", "out_features": 32}, {"type": "ReLU", "inplace": true}, {"type": "Detach"}]},
      {"type": "RNN", "hidden_size": 4, "nonlinearity": "relu", "output": "last"}
    ], "optimizer": {"type": "Adam"}, "training": {"steps": 10}}
    """

  private func changed(_ change: (inout ModelDocument) -> Bool) throws -> String? {
    var document = try ModelDocument(text)
    return change(&document) ? document.text : nil
  }

  @Test func whatIsNotTouchedStays() throws {
    let again = try ModelDocument(try ModelDocument(text).text).text
    #expect(try ModelDocument(text).text == again)
    #expect(again.contains(#""name": "a \"b\"""#))
  }

  @Test func replacesLayersAtAnyDepth() throws {
    let text = try #require(
      try changed { $0.replaceLayers(["ReLU", "Sigmoid"], with: "LeakyReLU") })
    #expect(text.contains(#"{"type": "LeakyReLU", "name": "s"}"#))
    #expect(text.contains(#"{"type": "LeakyReLU"}"#))
    #expect(!text.contains("inplace"))
    #expect(try changed { $0.replaceLayers(["Tanh"], with: "ReLU") } == nil)
  }

  @Test func recurrentLayersKeepTheirOptions() throws {
    let text = try #require(try changed { $0.replaceLayers(["RNN"], with: "LSTM") })
    #expect(text.contains(#"{"type": "LSTM", "hidden_size": 4, "output": "last"}"#))
  }

  @Test func initializesTheWholeModel() throws {
    let text = try #require(
      try changed { $0.initialize("kaiming_normal", nonlinearity: "relu") })
    #expect(text.contains(#""init": {"type": "kaiming_normal", "nonlinearity": "relu"}"#))
    #expect(text.contains(#""bias_init": {"type": "zeros"}"#))
    #expect(!text.contains("ones"))
  }

  @Test func putsNormalizationsBeforeActivationsOnce() throws {
    var document = try ModelDocument(text)
    let first = document.insert("LayerNorm", before: ["Sigmoid", "ReLU"])
    #expect(first && document.text.contains(#"{"type": "LayerNorm"}"#))
    let second = document.insert("LayerNorm", before: ["Sigmoid", "ReLU"])
    #expect(!second)
  }

  @Test func changesTheTraining() throws {
    #expect(try changed { $0.clipGradients(1) }?.contains(#""clip_grad_norm": 1"#) == true)
    #expect(try changed { $0.scaleLearningRate(0.1) }?.contains(#""lr": 0.0001"#) == true)
    #expect(try changed { $0.setTraining("zero_grad", .bool(true)) }?.contains("true") == true)
  }

  @Test func scalesInputsInOneLayer() throws {
    var document = try ModelDocument(text)
    let (first, second) = (document.scaleInputs(0.001), document.scaleInputs(2))
    #expect(first && second)
    #expect(document.text.contains(#"{"type": "Scale", "factor": 0.002}"#))
  }

  @Test func removesLayersByTheirPath() throws {
    #expect(try changed { $0.remove("deep/0/detach.2") }?.contains("Detach") == false)
    // Somebody may take it by its name.
    #expect(try changed { $0.remove("s") }?.contains(#"{"type": "Identity", "name": "s"}"#) == true)
    #expect(try changed { $0.remove("deep/0/nothing") } == nil)
    #expect(try changed { $0.makeOutOfPlace("deep/1/relu.1") }?.contains("inplace") == false)
  }

  @Test func makesBodiesResidual() throws {
    var document = try ModelDocument(text)
    let first = document.addResiduals()
    #expect(first && document.text.contains(#""Residual""#))
    let second = document.addResiduals()
    #expect(!second)
  }
}
