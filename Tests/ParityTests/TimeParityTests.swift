import Autodiff
import Testing
import Training

/// The gradient of each state of a recurrent layer against PyTorch's, time step by time step.
@Suite struct TimeParityTests {
  static let goldens = Golden.all.filter { $0.hasTimes }

  @Test func thereAreGoldens() {
    #expect(Self.goldens.count >= 8)
  }

  @Test(arguments: goldens)
  func everyStateGradientAgrees(_ golden: Golden) throws {
    let model = try golden.model()
    let plan = model.executor.plan
    var trainer = Trainer(model, control: TrainingControl())
    let outputs = UnsafeMutablePointer<OutputReading>.allocate(capacity: plan.readings.count)
    outputs.initialize(repeating: OutputReading(), count: plan.readings.count)
    defer { outputs.deallocate() }
    let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * plan.rows.count)
    defer { times.deallocate() }
    var record = StepRecord()
    (record.outputs, record.times) = (outputs, times)
    let expected = try golden.times()
    #expect(expected.count == 12)
    for (step, states) in expected.enumerated() {
      let result = trainer.step(step, record: record)
      let rows = plan.readings.enumerated().filter { $0.element.timeStep != nil }
      #expect(rows.count == states.count)
      for (index, place) in rows {
        let key = "\(plan.network[place.node].name) \(place.timeStep ?? -1)"
        let theirs = try #require(states[key], "no state \(key)")
        let ours = Double(outputs[index].gradientRMS)
        #expect(outputs[index].hasGradient)
        #expect(
          abs(ours - theirs) <= 1e-4 * theirs + 1e-6 * result.gradNorm,
          "\(key) at step \(step): \(ours), not \(theirs)")
      }
    }
  }
}
