import Autodiff

/// What a model of the corpus has to learn.
public enum Task: String, CaseIterable, Sendable {
  /// Handwritten digits, 10 classes.
  case digits
  /// Three interleaved spirals.
  case spirals
  /// Regression on a random network.
  case teacher
  /// Drawn shapes, four classes, one channel of 8×8.
  case shapes
  /// The sum of two numbers, modulo 23.
  case modular

  /// Whether the answer is a class.
  var isClassifier: Bool { self != .teacher }

  /// Units of the last layer.
  var outputs: Int {
    switch self {
    case .digits: 10
    case .spirals: 3
    case .shapes: 4
    case .modular: 23
    case .teacher: 1
    }
  }

  /// The model file's `loss`.
  var loss: String {
    isClassifier ? #"{"type": "CrossEntropyLoss"}"# : #"{"type": "MSELoss"}"#
  }

  /// The model file's `data`.
  var data: String {
    switch self {
    case .digits: #"{"type": "digits"}"#
    case .spirals: #"{"type": "spirals", "classes": 3, "samples": 600, "noise": 0.05}"#
    case .teacher: #"{"type": "teacher", "inputs": 12, "outputs": 1, "samples": 512}"#
    case .shapes: #"{"type": "images", "size": 8, "classes": 4, "samples": 512}"#
    case .modular: #"{"type": "modular", "modulus": 23, "fraction": 0.7}"#
    }
  }

  /// Steps that a model gets.
  var steps: Int { self == .spirals || self == .modular ? 400 : 240 }

  /// The share of what guessing costs, or of its first loss, that a model that learns must come below.
  var level: Double { 0.5 }

  /// Layers that turn a sample of this task into a vector.
  var asVector: [String] { self == .shapes ? [Layer.plain("Flatten")] : [] }

  /// Layers that turn a sample into an image of one channel.
  var asImage: [String] { self == .digits ? [Layer.reshape([1, 8, 8])] : [] }

  /// Layers that turn a sample into eight time steps: the rows of an image.
  var asRows: [String] { [Layer.reshape([8, 8])] }

  /// Layers that turn a sample into a time step for each pixel.
  var asPixels: [String] { [Layer.reshape([64, 1])] }
}
