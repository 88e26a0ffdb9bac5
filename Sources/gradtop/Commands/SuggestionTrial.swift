import Diagnosis
import Glibc
import Synchronization
import TraceFormat
import Training

/// A suggested model file, trained for a moment: what helps against one fault may bring another one to
/// light, as ReLUs do with a learning rate that sigmoids had made harmless.
enum SuggestionTrial {
  /// Steps that are enough to tell whether the loss falls.
  static let steps = 100
  private static let seconds = 20

  /// What is found in a short run; nil where it cannot be run here, as without the data.
  static func findings(of text: String) -> [Finding]? {
    guard var file = try? ModelFile(Array(text.utf8), folder: ".") else { return nil }
    file.training.steps = min(steps, file.training.steps)
    guard let model = try? PreparedModel(file, threads: 2) else { return nil }
    let (control, feed) = (TrainingControl(), TraceFeed())
    let work = Work(model: model, control: control)
    let thread = WorkerThread {
      var recording = RecordingOptions(output: MemoryOutput())
      (recording.tap, recording.normsEvery) = (feed, 2)
      var trainer = Trainer(work.model, control: work.control)
      _ = trainer.run(recording: recording)
      work.isDone.store(true, ordering: .releasing)
    }
    guard let thread else { return nil }
    var ticks = 0
    while !work.isDone.load(ordering: .acquiring) {
      usleep(2_000)
      ticks += 1
      if ticks > seconds * 500 { control.end() }
    }
    thread.join()
    var judge = Judge()
    while case let items = feed.poll(limit: 64), !items.isEmpty {
      for item in items { judge.examine(item) }
    }
    return judge.findings
  }

  /// What the training thread takes over.
  private final class Work: @unchecked Sendable {
    let model: PreparedModel
    let control: TrainingControl
    let isDone = Atomic<Bool>(false)

    init(model: PreparedModel, control: TrainingControl) {
      (self.model, self.control) = (model, control)
    }
  }
}
