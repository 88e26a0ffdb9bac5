import Autodiff
import Testing

@Suite struct ExecutorTests {
  @Test func theSameStepsGiveTheSameBits() throws {
    let (a, b) = (try TinyTraining(rule: Adam()), try TinyTraining(rule: Adam()))
    for step in 0..<20 {
      #expect(a.step(step).loss == b.step(step).loss)
    }
    #expect(a.weights == b.weights)
  }

  @Test func trainingMakesTheLossSmaller() throws {
    let training = try TinyTraining()
    // The same batch again and again.
    let first = training.step(0).loss
    for _ in 0..<200 { training.step(0) }
    #expect(training.step(0).loss < first / 10)
  }

  /// Recording looks; it changes nothing.
  @Test func recordingDoesNotChangeTheResult() throws {
    let (plain, recorded) = (try TinyTraining(), try TinyTraining())
    let columns = RecordColumns(recorded.executor.plan)
    for step in 0..<5 {
      plain.step(step)
      recorded.step(step, record: columns.record)
    }
    #expect(plain.weights == recorded.weights)
  }

  @Test func evaluationLeavesWeightsAndGatheredGradientsAlone() throws {
    let training = try TinyTraining { $0.zeroGrad = false }
    training.step(0)
    let (weights, gradients) = (training.weights, training.gradients)
    let samples = TinyTraining.batch
    let loss = training.executor.evaluate(samples: samples, of: samples) { batch in
      for index in 0..<(5 * samples) { batch.inputs?[index] = 1 }
    }.loss
    #expect(loss.isFinite)
    #expect(training.weights == weights)
    #expect(training.gradients == gradients)
  }

  @Test func calibrationLeavesWeightsAlone() throws {
    let training = try TinyTraining { $0.zeroGrad = false }
    let weights = training.weights
    let cost = training.executor.calibrate { _, batch in
      for index in 0..<(5 * TinyTraining.batch) { batch.inputs?[index] = 1 }
    }
    #expect(cost.step > 0 && cost.measurement > 0)
    #expect(training.weights == weights)
    #expect(training.gradients.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [Float.nan, .infinity])
  func nonFiniteGradientsAreCounted(_ scale: Float) throws {
    let training = try TinyTraining()
    let columns = RecordColumns(training.executor.plan)
    let result = training.step(0, record: columns.record, scale: scale)
    #expect(!result.loss.isFinite)
    #expect(columns.parameters.map(\.nonFinite) == [35, 7, 21])
    // Of the product and tanh in one kernel; tanh of an infinity is finite.
    #expect(columns.outputs[0].nonFinite > 0)
    #expect(columns.outputs[0].nonFinite == columns.outputs[1].nonFinite)
  }
}
