import Testing

@testable import Training

/// The accuracy at the end: of all samples, or of as many as a short run has time for.
@Suite struct JudgedSamplesTests {
  private func outcome(samples: Int, steps: Int) throws -> TrainingOutcome {
    let text = """
      {"seed": 3, "data": {"type": "images", "size": 6, "classes": 4, "samples": \(samples)},
       "model": [{"type": "Flatten"}, {"type": "Linear", "out_features": 4}],
       "loss": {"type": "CrossEntropyLoss"}, "optimizer": {"type": "SGD", "lr": 0.1},
       "training": {"steps": \(steps), "batch_size": 4}}
      """
    let model = try PreparedModel(ModelFile(Array(text.utf8), folder: "."), threads: 1)
    var trainer = Trainer(model, control: TrainingControl())
    return trainer.run(recording: nil)
  }

  @Test(arguments: [(256, 1), (255, 1), (1200, 150)])
  func allOfThemWhereThatIsQuick(samples: Int, steps: Int) throws {
    let outcome = try outcome(samples: samples, steps: steps)
    #expect(outcome.accuracySamples == nil)
    // A share of all: a whole number of them.
    let correct = try #require(outcome.accuracy) * Double(samples)
    #expect(abs(correct - correct.rounded()) < 1e-6 && correct > 0)
  }

  @Test(arguments: [(1200, 10, 256), (1200, 100, 800)])
  func someOfThemBehindAShortRun(samples: Int, steps: Int, judged: Int) throws {
    let outcome = try outcome(samples: samples, steps: steps)
    #expect(outcome.accuracySamples == judged)
    let correct = try #require(outcome.accuracy) * Double(judged)
    #expect(abs(correct - correct.rounded()) < 1e-6 && correct > 0)
  }
}
