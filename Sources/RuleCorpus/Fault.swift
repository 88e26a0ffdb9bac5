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
  /// A sequence eight times as long, whose end alone is asked about.
  case longLags = "long lags"

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
    case .longLags: [.vanishingThroughTime, .vanishingGradient]
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
    let (architecture, width) = (family.architecture, sketch.width)
    // What goes into a unit: a convolution has nine places.
    let fan = Double(architecture == .convolutional ? 9 * width : width)
    switch self {
    case .saturatingActivations:
      guard !architecture.hasSkips, !architecture.isRecurrent else { return false }
      let layer =
        architecture == .convolutional ? Layer.convolution(width) : Layer.linear(width)
      sketch.blocks = Array(
        repeating: [layer, Layer.plain("Sigmoid")], count: max(8, sketch.blocks.count))
      sketch.initialization = nil
    case .smallInitialization:
      // Normalization, or a way around, heals it.
      guard !architecture.hasSkips, !sketch.has("BatchNorm2d"),
        sketch.blocks.count >= 3 || architecture.isRecurrent
      else { return false }
      // A gain of a tenth in each layer.
      sketch.initialization = normal(0.1 / fan.squareRoot())
    case .largeInitialization: sketch.initialization = normal(8 / fan.squareRoot())
    case .zeroInitialization:
      guard !architecture.hasSkips else { return false }
      sketch.initialization = #"{"type": "zeros"}"#
    case .largeLearningRate: sketch.learningRate *= 100
    case .smallLearningRate: sketch.learningRate /= 1000
    case .noNormalization:
      guard architecture.hasSkips || sketch.has("BatchNorm2d") else { return false }
      sketch.blocks = Array(
        repeating: plainBlock(architecture, width), count: 3 * max(4, sketch.blocks.count))
    case .deadUnits:
      guard architecture == .reluMLP || architecture == .convolutional,
        !sketch.has("BatchNorm2d")
      else { return false }
      sketch.biasInitialization = #"{"type": "constant", "value": -6}"#
    case .detach:
      sketch.blocks[max(0, sketch.blocks.count / 2 - 1)].append(Layer.plain("Detach"))
    case .noZeroGrad: sketch.clearsGradients = false
    case .largeInputs, .smallInputs:
      guard sketch.task != .modular else { return false }
      let factor = self == .largeInputs ? 1000 : 0.001
      sketch.entry.insert(#"{"type": "Scale", "factor": \#(factor)}"#, at: 0)
    case .logarithm:
      sketch.blocks[0].append(Layer.plain("Log"))
    case .longLags:
      guard architecture.isRecurrent else { return false }
      sketch.entry = sketch.task.asPixels
    }
    return true
  }

  /// A block without normalization and without a way around.
  private func plainBlock(_ architecture: Architecture, _ width: Int) -> [String] {
    switch architecture {
    case .convolutional: [Layer.convolution(width), Layer.plain("ReLU")]
    case .transformer: [Layer.attention(heads: 2), Layer.linear(width), Layer.plain("ReLU")]
    default: [Layer.linear(width), Layer.plain("ReLU")]
    }
  }

  private func normal(_ deviation: Double) -> String {
    #"{"type": "normal", "std": \#(deviation)}"#
  }
}
