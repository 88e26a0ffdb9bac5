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
  /// The sum of two marked numbers of a sequence.
  case adding
  /// The sum of two numbers, modulo 23.
  case modular

  /// Whether the answer is a class.
  var isClassifier: Bool { self != .teacher && self != .adding }

  /// Units of the last layer.
  var outputs: Int {
    switch self {
    case .digits: 10
    case .spirals: 3
    case .shapes: 4
    case .modular: 23
    case .teacher, .adding: 1
    }
  }

  /// The model file's `loss`.
  var loss: String {
    isClassifier ? #"{"type": "CrossEntropyLoss"}"# : #"{"type": "MSELoss"}"#
  }

  /// The model file's `data`.
  ///
  /// - Parameter length: Time steps, where there are any.
  func data(length: Int) -> String {
    switch self {
    case .digits: #"{"type": "digits"}"#
    case .spirals: #"{"type": "spirals", "classes": 3, "samples": 600, "noise": 0.05}"#
    case .teacher: #"{"type": "teacher", "inputs": 12, "outputs": 1, "samples": 512}"#
    case .shapes: #"{"type": "images", "size": 8, "classes": 4, "samples": 512}"#
    case .adding: #"{"type": "adding", "length": \#(length), "samples": 512}"#
    case .modular: #"{"type": "modular", "modulus": 23, "fraction": 0.7}"#
    }
  }

  /// Layers that turn a sample of this task into a vector.
  var entry: [String] { self == .shapes ? [#"{"type": "Flatten"}"#] : [] }
}
