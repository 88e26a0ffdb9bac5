import Autodiff
public import Diagnosis

/// A mistake that is made on purpose.
public enum Fault: String, CaseIterable, Sendable {
  /// Sigmoids, many of them, in a deep network.
  case saturatingActivations = "saturating activations in depth"
  /// Weights that start far too small.
  case smallInitialization = "initialization too small"
  /// Weights that start far too large.
  case largeInitialization = "initialization too large"
  /// Weights that start at 0.
  case zeroInitialization = "initialization of zeros"
  /// The learning rate times a hundred.
  case largeLearningRate = "learning rate × 100"
  /// The learning rate over a thousand.
  case smallLearningRate = "learning rate ÷ 1000"
  /// A very deep network without normalization.
  case noNormalization = "no normalization in a deep net"
  /// Biases so far below 0 that ReLUs never fire.
  case deadUnits = "dead ReLU by negative bias"
  /// A detach in the middle.
  case detach = "detach"
  /// Gradients that are never cleared.
  case noZeroGrad = "no zero_grad"
  /// Inputs that are a thousand times too large.
  case largeInputs = "inputs × 1000"
  /// Inputs that are a thousand times too small.
  case smallInputs = "inputs ÷ 1000"
  /// A logarithm of what may be negative.
  case logarithm = "log of negative values"

  /// The rules that call it by its name, or by what it comes to at once.
  public var rules: Set<RuleName> {
    switch self {
    case .saturatingActivations: [.vanishingGradient, .saturatedUnits]
    case .smallInitialization: [.vanishingGradient, .initialization]
    case .largeInitialization:
      [.initialization, .explodingGradient, .saturatedUnits, .lossDiverging, .nonFinite]
    case .zeroInitialization: [.initialization, .vanishingGradient]
    case .largeLearningRate:
      [.stepSize, .lossDiverging, .lossOscillating, .explodingGradient, .nonFinite]
    case .smallLearningRate: [.stepSize]
    case .noNormalization: [.vanishingGradient, .explodingGradient, .initialization]
    case .deadUnits: [.deadUnits]
    case .detach: [.missingGradient]
    case .noZeroGrad: [.accumulatedGradients]
    case .largeInputs:
      [.initialization, .explodingGradient, .lossDiverging, .nonFinite, .saturatedUnits]
    case .smallInputs: [.initialization, .vanishingGradient]
    case .logarithm: [.nonFinite]
    }
  }

  /// Whether it is one whatever becomes of the loss.
  var isAlwaysFaulty: Bool {
    switch self {
    case .detach, .noZeroGrad, .logarithm: true
    default: false
    }
  }

  /// Makes the mistake; false where the model has no place for it.
  func inject(into sketch: inout ModelSketch, of family: Family) -> Bool {
    let width = sketch.width
    switch self {
    case .saturatingActivations:
      guard family.architecture != .residual, sketch.blocks.count >= 6 else { return false }
      for kind in ["ReLU", "Tanh", "GELU"] {
        sketch.replaceInBlocks(Layer.plain(kind), with: Layer.plain("Sigmoid"))
      }
      sketch.initialization = nil
    case .smallInitialization:
      guard family.architecture != .residual, sketch.blocks.count >= 3 else { return false }
      // A gain of a tenth in each layer.
      sketch.initialization = normal(0.1 / Double(width).squareRoot())
    case .largeInitialization:
      sketch.initialization = normal(8 / Double(width).squareRoot())
    case .zeroInitialization:
      guard family.architecture != .residual else { return false }
      sketch.initialization = #"{"type": "zeros"}"#
    case .largeLearningRate: sketch.learningRate *= 100
    case .smallLearningRate: sketch.learningRate /= 1000
    case .noNormalization:
      guard family.architecture == .residual else { return false }
      let body = [Layer.linear(width), Layer.plain("ReLU")]
      sketch.blocks = Array(repeating: body, count: 3 * max(4, sketch.blocks.count))
    case .deadUnits:
      guard family.architecture == .reluMLP else { return false }
      sketch.biasInitialization = #"{"type": "constant", "value": -6}"#
    case .detach:
      guard sketch.blocks.count >= 2 else { return false }
      sketch.blocks[sketch.blocks.count / 2 - 1].append(Layer.plain("Detach"))
    case .noZeroGrad: sketch.clearsGradients = false
    case .largeInputs, .smallInputs:
      let factor = self == .largeInputs ? 1000 : 0.001
      sketch.entry.insert(#"{"type": "Scale", "factor": \#(factor)}"#, at: 0)
    case .logarithm:
      sketch.blocks[0].append(Layer.plain("Log"))
    }
    return true
  }

  private func normal(_ deviation: Double) -> String {
    #"{"type": "normal", "std": \#(deviation)}"#
  }
}

extension ModelSketch {
  /// Units of the first layer with weights.
  var width: Int {
    let layers = (entry + blocks.flatMap { $0 }).first { $0.contains("out_features") } ?? ""
    let digits = layers.drop { !$0.isNumber }.prefix { $0.isNumber }
    return Int(digits) ?? 32
  }
}
