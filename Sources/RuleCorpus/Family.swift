import Autodiff

/// An architecture on a task: models of one family differ in width, depth, optimizer and seed.
public struct Family: Sendable {
  /// `relu-mlp/digits`.
  public let name: String
  /// Whether limits were chosen without a look at it.
  public let isHeldOut: Bool
  let architecture: Architecture
  let task: Task

  /// How a network is built.
  enum Architecture: String, Sendable {
    case reluMLP = "relu-mlp"
    case tanhMLP = "tanh-mlp"
    case geluMLP = "gelu-mlp"
    case residual = "residual-mlp"
    case convolutional = "cnn"
    case recurrent = "lstm"
    case transformer
  }

  init(_ architecture: Architecture, _ task: Task, isHeldOut: Bool) {
    name = "\(architecture.rawValue)/\(task.rawValue)"
    (self.architecture, self.task, self.isHeldOut) = (architecture, task, isHeldOut)
  }

  /// All families: tasks and architectures both have some that are held out altogether.
  public static let all = [
    Family(.reluMLP, .digits, isHeldOut: false),
    Family(.reluMLP, .spirals, isHeldOut: false),
    Family(.tanhMLP, .digits, isHeldOut: false),
    Family(.residual, .digits, isHeldOut: false),
    Family(.reluMLP, .shapes, isHeldOut: true),
    Family(.tanhMLP, .teacher, isHeldOut: true),
    Family(.geluMLP, .digits, isHeldOut: true),
    Family(.reluMLP, .teacher, isHeldOut: true),
    Family(.residual, .spirals, isHeldOut: true),
  ]

  /// The `number`th healthy model of this family.
  func sketch(_ number: Int) -> ModelSketch {
    var stream = RandomStream(seed: UInt64(number), name: name)
    func pick<T>(_ choices: [T]) -> T { choices[stream.index(below: choices.count)] }
    var sketch = ModelSketch()
    sketch.name = "\(name)/\(number)"
    (sketch.task, sketch.seed) = (task, stream.index(below: 1000))
    sketch.entry = task.entry
    let width = pick([24, 32, 48, 64, 96])
    let depth = pick([2, 3, 4, 6, 8])
    switch architecture {
    case .reluMLP, .geluMLP, .tanhMLP:
      let kind = architecture == .reluMLP ? "ReLU" : architecture == .geluMLP ? "GELU" : "Tanh"
      sketch.blocks = Array(
        repeating: [Layer.linear(width), Layer.plain(kind)], count: depth)
      // Deeper ones need weights that keep the scale.
      if depth > 3 || stream.index(below: 2) == 0 {
        sketch.initialization =
          kind == "Tanh"
          ? #"{"type": "xavier_normal"}"#
          : #"{"type": "kaiming_normal", "nonlinearity": "relu"}"#
      }
    case .residual:
      sketch.entry += [Layer.linear(width)]
      let body = [Layer.plain("LayerNorm"), Layer.linear(width), Layer.plain("ReLU")]
      sketch.blocks = Array(
        repeating: [#"{"type": "Residual", "body": [\#(body.joined(separator: ", "))]}"#],
        count: depth)
    case .convolutional, .recurrent, .transformer: break
    }
    sketch.head = [Layer.linear(task.outputs)]
    switch stream.index(below: 3) {
    case 0: (sketch.optimizer, sketch.learningRate) = ("Adam", pick([1e-3, 2e-3, 5e-3]))
    case 1: (sketch.optimizer, sketch.learningRate) = ("AdamW", pick([1e-3, 3e-3]))
    default:
      (sketch.optimizer, sketch.momentum) = ("SGD", 0.9)
      sketch.learningRate = pick([0.02, 0.05])
    }
    sketch.batchSize = pick([16, 32, 64])
    sketch.steps = task == .spirals ? 400 : 240
    return sketch
  }
}
