import Autodiff
import Foundation
import Training

/// A model that benchmarks train.
struct Subject {
  let name: String
  let text: [UInt8]
  let model: PreparedModel
  var trainer: Trainer
  private var step = 0

  /// Two, or one where seconds of the processor are counted: those of several threads tell nothing.
  static let threads = countsProcessorTime ? 1 : 2

  /// `cpu` among the arguments: for machines that are busy with other things.
  static let countsProcessorTime = CommandLine.arguments.contains("cpu")

  /// Seconds.
  static func now() -> Double {
    guard countsProcessorTime else { return Double(MonotonicClock.now()) / 1e9 }
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The models that figures are about: files in `traces/`, and the one that is built in.
  static let names = [
    "digits", "mlp", "tiny", "sigmoid30", "resnet20", "gpt", "lstm", "rnn",
  ]

  /// The one called `name`, ready to train; nil where its file is not there.
  init?(_ name: String, steps: Int? = nil, precision: Precision = .float32) throws {
    guard name != "digits" else {
      try self.init(name, ModelFile.embedded, steps: steps, precision: precision)
      return
    }
    guard let bytes = FileManager.default.contents(atPath: "traces/\(name).json") else {
      return nil
    }
    try self.init(name, Array(bytes), steps: steps, precision: precision)
  }

  /// A model file, ready to train.
  init(
    _ name: String, _ text: [UInt8], steps: Int? = nil, precision: Precision = .float32
  ) throws {
    (self.name, self.text) = (name, text)
    var file = try ModelFile(text, folder: "traces")
    if let steps { file.training.steps = steps }
    file.training.precision = precision.rawValue
    model = try PreparedModel(file, threads: Self.threads)
    trainer = Trainer(model, control: TrainingControl())
  }

  /// The built-in model, of so many steps.
  static func digits(steps: Int) throws -> Subject {
    try Subject("digits", ModelFile.embedded, steps: steps)
  }

  /// Seconds that `count` steps take.
  mutating func time(_ count: Int, _ record: StepRecord = StepRecord()) -> Double {
    let start = Self.now()
    for _ in 0..<count {
      _ = trainer.step(step, record: record)
      step += 1
    }
    return Self.now() - start
  }

  /// Bytes that are kept for backward, parameters left out.
  var savedBytes: Int {
    model.executor.plan.savedTensors.filter { $0.producer != nil || $0.isFromBatch }
      .reduce(0) { $0 + $1.bytes }
  }

  /// The shapes of a batch, and below what whole numbers are, as peers take them.
  func form() throws -> String {
    let plan = model.executor.plan
    var parts: [String] = []
    for value in plan.network.values where value.origin == .input || value.origin == .target {
      let name = value.origin == .input ? "input" : "target"
      let sizes = value.shape.sizes.map(String.init).joined(separator: ", ")
      parts.append("\"\(name)\": [\(sizes)]")
    }
    if let classes = model.classCount { parts.append("\"target_below\": \(classes)") }
    if let tokens = model.tokenCount { parts.append("\"input_below\": \(tokens)") }
    return "{\(parts.joined(separator: ", "))}"
  }
}
