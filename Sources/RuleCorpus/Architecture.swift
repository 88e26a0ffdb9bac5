import Autodiff

/// How a network is built.
enum Architecture: String, Sendable {
  case reluMLP = "relu-mlp"
  case tanhMLP = "tanh-mlp"
  case geluMLP = "gelu-mlp"
  case residual = "residual-mlp"
  case convolutional = "cnn"
  case rnn
  case lstm
  case gru
  case transformer

  /// Whether it reads a sample as a sequence, one time step after the other.
  var isRecurrent: Bool { self == .rnn || self == .lstm || self == .gru }

  /// Whether every block has a way around it.
  var hasSkips: Bool { self == .residual || self == .transformer }

  /// Whether plain SGD trains it in some hundred steps.
  var learnsBySGD: Bool { !isRecurrent && self != .transformer }

  var widths: [Int] {
    switch self {
    case .convolutional: [8, 12, 16]
    case .rnn, .lstm, .gru: [24, 32, 48]
    case .transformer: [16, 32]
    default: [24, 32, 48, 64, 96]
    }
  }

  var depths: [Int] {
    switch self {
    case .rnn, .lstm, .gru: [1]
    case .convolutional: [2, 3, 4, 6]
    case .transformer: [1, 2, 3]
    default: [2, 3, 4, 6, 8]
    }
  }

  /// The layers of a network of this kind.
  func build(_ sketch: inout ModelSketch, depth: Int, _ stream: inout RandomStream) {
    let (task, width) = (sketch.task, sketch.width)
    sketch.head = [Layer.linear(task.outputs)]
    switch self {
    case .reluMLP, .geluMLP, .tanhMLP:
      let kind = self == .reluMLP ? "ReLU" : self == .geluMLP ? "GELU" : "Tanh"
      sketch.entry = task.asVector
      sketch.blocks = Array(repeating: [Layer.linear(width), Layer.plain(kind)], count: depth)
      // Deeper ones need weights that keep the scale.
      if depth > 3 || stream.index(below: 2) == 0 {
        sketch.initialization =
          kind == "Tanh"
          ? #"{"type": "xavier_normal"}"# : #"{"type": "kaiming_normal", "nonlinearity": "relu"}"#
      }
    case .residual:
      sketch.entry = task.asVector + [Layer.linear(width)]
      let body = [Layer.plain("LayerNorm"), Layer.linear(width), Layer.plain("ReLU")]
      sketch.blocks = Array(repeating: [Layer.residual(body)], count: depth)
    case .convolutional:
      sketch.entry =
        task.asImage + [
          Layer.convolution(width), Layer.plain("ReLU"),
          #"{"type": "MaxPool2d", "kernel_size": 2}"#,
        ]
      let isNormalized = depth > 3 || stream.index(below: 2) == 0
      let normalization = isNormalized ? [Layer.plain("BatchNorm2d")] : []
      sketch.blocks = Array(
        repeating: [Layer.convolution(width)] + normalization + [Layer.plain("ReLU")],
        count: depth)
      sketch.head = [Layer.plain("Flatten")] + sketch.head
    case .rnn, .lstm, .gru:
      sketch.entry = task.asRows
      sketch.blocks = [[Layer.recurrent(rawValue.uppercased(), width)]]
    case .transformer:
      let tokens = #"{"type": "Embedding", "embedding_dim": \#(width)}"#
      let first = task == .modular ? [tokens] : task.asRows + [Layer.linear(width)]
      sketch.entry = first + [Layer.plain("PositionalEmbedding")]
      let kind = stream.pick(["ReLU", "GELU"])
      let attend = [Layer.plain("LayerNorm"), Layer.attention(heads: stream.pick([2, 4]))]
      let think = [
        Layer.plain("LayerNorm"), Layer.linear(2 * width), Layer.plain(kind), Layer.linear(width),
      ]
      sketch.blocks = Array(
        repeating: [Layer.residual(attend), Layer.residual(think)], count: depth)
      sketch.head = [Layer.plain("LayerNorm"), Layer.plain("Flatten")] + sketch.head
    }
  }
}
