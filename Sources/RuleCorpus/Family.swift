import Autodiff

/// An architecture on a task: models of one family differ in width, depth, optimizer and seed.
public struct Family: Sendable {
  /// `relu-mlp/digits`.
  public let name: String
  /// Whether limits were chosen without a look at it.
  public let isHeldOut: Bool
  let architecture: Architecture
  let task: Task

  init(_ architecture: Architecture, _ task: Task, isHeldOut: Bool) {
    name = "\(architecture.rawValue)/\(task.rawValue)"
    (self.architecture, self.task, self.isHeldOut) = (architecture, task, isHeldOut)
  }

  /// All families: tasks and architectures both have some that are held out altogether.
  public static let all = [
    Family(.reluMLP, .digits, isHeldOut: false),
    Family(.reluMLP, .spirals, isHeldOut: false),
    Family(.reluMLP, .teacher, isHeldOut: false),
    Family(.tanhMLP, .digits, isHeldOut: false),
    Family(.residual, .digits, isHeldOut: false),
    Family(.convolutional, .digits, isHeldOut: false),
    Family(.rnn, .digits, isHeldOut: false),
    Family(.lstm, .digits, isHeldOut: false),
    Family(.transformer, .digits, isHeldOut: false),
    Family(.reluMLP, .shapes, isHeldOut: true),
    Family(.geluMLP, .teacher, isHeldOut: true),
    Family(.tanhMLP, .teacher, isHeldOut: true),
    Family(.geluMLP, .digits, isHeldOut: true),
    Family(.residual, .spirals, isHeldOut: true),
    Family(.convolutional, .shapes, isHeldOut: true),
    Family(.gru, .digits, isHeldOut: true),
    Family(.lstm, .shapes, isHeldOut: true),
    Family(.transformer, .modular, isHeldOut: true),
  ]

  /// The `number`th healthy model of this family.
  func sketch(_ number: Int) -> ModelSketch {
    var stream = RandomStream(seed: UInt64(number), name: name)
    var sketch = ModelSketch()
    sketch.name = "\(name)/\(number)"
    (sketch.task, sketch.seed) = (task, stream.index(below: 1000))
    sketch.width = stream.pick(architecture.widths)
    architecture.build(&sketch, depth: stream.pick(architecture.depths), &stream)
    switch stream.index(below: architecture.learnsBySGD ? 3 : 2) {
    case 0: (sketch.optimizer, sketch.learningRate) = ("Adam", stream.pick([1e-3, 2e-3, 5e-3]))
    case 1: (sketch.optimizer, sketch.learningRate) = ("AdamW", stream.pick([1e-3, 3e-3]))
    default:
      (sketch.optimizer, sketch.momentum) = ("SGD", 0.9)
      sketch.learningRate = stream.pick([0.02, 0.05])
    }
    sketch.batchSize = stream.pick([16, 32, 64])
    sketch.steps = task.steps
    return sketch
  }
}

extension RandomStream {
  /// One of `choices`.
  mutating func pick<T>(_ choices: [T]) -> T { choices[index(below: choices.count)] }
}
