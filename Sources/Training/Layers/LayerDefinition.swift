internal import Autodiff

/// One type of layer: what its keys are, and which primitives it becomes.
///
/// A new one is a file with a conformer and a line in `LayerCatalogue`.
protocol LayerDefinition: Sendable {
  /// The `type` in a model file; PyTorch's name.
  static var type: String { get }

  /// How many values it takes.
  static var inputCount: ClosedRange<Int> { get }

  /// Reads its keys.
  init(_ reader: inout ObjectReader) throws(ModelFileError)

  /// Adds its primitives and returns the output.
  func build(
    _ inputs: [ValueID], at place: LayerPlace, in model: inout ModelBuilder
  ) throws(ModelFileError) -> ValueID
}

extension LayerDefinition {
  static var inputCount: ClosedRange<Int> { 1...1 }
}

/// Where a layer stands.
struct LayerPlace {
  /// In the model file: `model[3]`.
  var jsonPath: String
  /// In the network: `block1/layernorm.0`.
  var path: String
  /// Who owns its parameters: the path with dots, that of copy 0 in a shared `Repeat`.
  var owner: String
  /// Whether it is a copy in a shared `Repeat` that has the parameters of copy 0.
  var isShared = false
  /// What the model file says of its parameters' first values.
  var initialValues = InitialValues()
}

/// All types of layers that are no containers.
enum LayerCatalogue {
  static let definitions: [any LayerDefinition.Type] =
    [
      LinearLayer.self, LayerNormLayer.self, FlattenLayer.self, ReshapeLayer.self,
      TransposeLayer.self, SelectLayer.self, ConcatLayer.self,
    ] + sequences + images + activations + arithmetic

  private static let sequences: [any LayerDefinition.Type] = [
    EmbeddingLayer.self, PositionalEmbeddingLayer.self, RNNLayer.self,
    GatedRecurrentLayer<LSTM>.self, GatedRecurrentLayer<GRU>.self, MultiheadAttentionLayer.self,
  ]

  private static let images: [any LayerDefinition.Type] = [
    Conv1dLayer.self, Conv2dLayer.self, MaxPool2dLayer.self, AvgPool2dLayer.self,
    AdaptiveAvgPool2dLayer.self, BatchNormLayer<BatchNorm1d>.self,
    BatchNormLayer<BatchNorm2d>.self, GroupNormLayer.self, RMSNormLayer.self, DropoutLayer.self,
  ]

  private static let activations: [any LayerDefinition.Type] = [
    ReLULayer.self, PlainLayer<Sigmoid>.self, PlainLayer<Tanh>.self, GELULayer.self,
    LeakyReLULayer.self, ELULayer.self, PlainLayer<SiLU>.self, SoftmaxLayer<Softmax>.self,
    SoftmaxLayer<LogSoftmax>.self,
  ]

  private static let arithmetic: [any LayerDefinition.Type] = [
    ParameterLayer.self, ConstantLayer.self, PairLayer<Add>.self, PairLayer<Sub>.self,
    PairLayer<Mul>.self, PairLayer<Div>.self, PairLayer<MatMul>.self, PowLayer.self,
    PlainLayer<Exp>.self, PlainLayer<Log>.self, ReductionLayer<Sum>.self,
    ReductionLayer<Mean>.self, ScaleLayer.self, PlainLayer<Identity>.self,
    PlainLayer<Detach>.self,
  ]

  static func definition(of type: String) -> (any LayerDefinition.Type)? {
    definitions.first { $0.type == type }
  }

  /// Every `type` that may stand in a list of layers.
  static let types = definitions.map { $0.type } + ["Sequential", "Residual", "Repeat"]
}
