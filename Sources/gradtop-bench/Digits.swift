import Autodiff
import Training

/// The embedded model, ready to train.
struct Digits {
  let model: PreparedModel
  var trainer: Trainer
  private var step = 0

  static let threads = 2

  init(steps: Int? = nil) throws {
    var file = try ModelFile(ModelFile.embedded, folder: ".")
    if let steps { file.training.steps = steps }
    model = try PreparedModel(file, threads: Self.threads)
    trainer = Trainer(model, control: TrainingControl())
  }

  /// Seconds that `count` steps take.
  mutating func time(_ count: Int) -> Double {
    let start = MonotonicClock.now()
    for _ in 0..<count {
      _ = trainer.step(step)
      step += 1
    }
    return Double(MonotonicClock.now() - start) / 1e9
  }
}
