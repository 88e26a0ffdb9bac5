import Autodiff
import Testing
import Training

/// The engine against PyTorch from the same weights, step by step.
@Suite struct ParityTests {
  @Test func thereAreGoldens() {
    #expect(Golden.all.count >= 6)
  }

  /// |ours - theirs| ≤ 10⁻⁴ |theirs| + 10⁻⁶ · (the step's total gradient norm).
  ///
  /// In bfloat16, of eight binary digits, 2⁻⁸ ≈ 0.004 is the rounding of each number.
  @Test(arguments: Golden.all)
  func lossAndEveryGradientNormAgree(_ golden: Golden) throws {
    let model = try golden.model()
    let plan = model.executor.plan
    var trainer = Trainer(model, control: TrainingControl())
    let parameters = plan.network.parameters
    let sums = UnsafeMutablePointer<UpdateSums>.allocate(capacity: parameters.count)
    sums.initialize(repeating: UpdateSums(), count: parameters.count)
    defer { sums.deallocate() }
    var record = StepRecord()
    record.parameters = sums
    let steps = try golden.steps()
    #expect(steps.count == 12)
    for (index, expected) in steps.enumerated() {
      func expectClose(_ ours: Double, _ theirs: Double, _ what: String) {
        let isHalf = model.file.training.precision == "bf16"
        let allowed = (isHalf ? 0.02 : 1e-4) * abs(theirs) + (isHalf ? 4e-3 : 1e-6) * expected.total
        #expect(abs(ours - theirs) <= allowed, "\(what) at step \(index)")
      }
      let result = trainer.step(index, record: record)
      expectClose(result.loss, expected.loss, "loss")
      expectClose(result.gradNorm, expected.total, "total gradient norm")
      #expect(Set(parameters.map(\.name)) == Set(expected.norms.keys))
      for (position, parameter) in parameters.enumerated() {
        expectClose(
          sums[position].gradient.squareRoot(), expected.norms[parameter.name] ?? .nan,
          parameter.name)
      }
    }
    if let evaluation = try golden.evaluation() {
      let ours = trainer.evaluate(batch: 0)
      #expect(abs(ours - evaluation) <= 1e-4 * abs(evaluation), "loss in evaluation")
    }
  }
}
