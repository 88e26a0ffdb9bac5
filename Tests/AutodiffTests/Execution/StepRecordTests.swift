import Autodiff
import Testing

/// What a step writes down about itself.
@Suite struct StepRecordTests {
  @Test func opsFollowEachOtherInTime() throws {
    let training = try TinyTraining()
    let columns = RecordColumns(training.executor.plan)
    let before = MonotonicClock.now()
    training.step(0, record: columns.record)
    let times = columns.times
    #expect(times.count == 2 * training.executor.plan.rows.count)
    #expect(times.first.map { $0 >= before } == true)
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(earlier <= later) }
  }

  /// Looking at outputs is no part of the passes.
  @Test func phasesAreTheSumsOfTheirOps() throws {
    let training = try TinyTraining()
    let columns = RecordColumns(training.executor.plan)
    let phases = training.step(0, record: columns.record).phases
    func total(_ phase: PlanPhase) -> UInt64 {
      let rows = training.executor.plan.rows.enumerated().filter { $0.element.phase == phase }
      return rows.reduce(0) { $0 + columns.times[2 * $1.offset + 1] - columns.times[2 * $1.offset] }
    }
    #expect(phases.forward == total(.forward))
    #expect(phases.backward == total(.backward))
  }

  @Test func sumsAreThoseOfTheTensors() throws {
    let training = try TinyTraining(rule: Adam()) { $0.clipNorm = 0.1 }
    let columns = RecordColumns(training.executor.plan)
    func weights() -> [[Float]] {
      training.parameters.map {
        Array(training.executor.elements(of: training.executor.plan.network[$0].value))
      }
    }
    let before = weights()
    let result = training.step(0, record: columns.record)
    let after = weights()
    for (index, parameter) in training.parameters.enumerated() {
      let sums = columns.parameters[index]
      let gradient = Array(try #require(training.executor.gradient(of: parameter)))
      let change = zip(after[index], before[index]).map { $0 - $1 }
      #expect(abs(sums.gradient.squareRoot() - norm(gradient)) < 1e-6)
      #expect(abs(sums.weight.squareRoot() - norm(before[index])) < 1e-6)
      #expect(abs(sums.change.squareRoot() - norm(change)) < 1e-6)
      #expect(sums.nonFinite == 0)
    }
    #expect(abs(result.gradNorm - norm(training.gradients)) < 1e-6)
  }

  @Test func outputsAreMeasuredForwardAndBackward() throws {
    let training = try TinyTraining()
    let columns = RecordColumns(training.executor.plan)
    let result = training.step(0, record: columns.record)
    let outputs = columns.outputs
    #expect(outputs.map(\.hasGradient) == [true, true, true, true])
    // The first product runs in one kernel with tanh: there is no output of its own.
    #expect(outputs.map(\.isOutputThere) == [false, true, true, true])
    #expect(outputs.map(\.units) == [0, 7, 3, 1])
    #expect(outputs[3].gradientRMS == 1, "∂L/∂L")
    #expect(abs(Double(outputs[3].mean) - result.loss) < 1e-6)
    #expect(outputs[1].minimum >= -1 && outputs[1].maximum <= 1)
    #expect(outputs[0].gradientRMS < outputs[1].gradientRMS, "tanh' < 1")
  }
}

/// Columns for the record of a plan's steps.
final class RecordColumns {
  private let plan: Plan
  let record: StepRecord

  init(_ plan: Plan) {
    self.plan = plan
    var record = StepRecord()
    record.times = .allocate(capacity: 2 * plan.rows.count)
    record.parameters = .allocate(capacity: plan.network.parameters.count)
    record.parameters?.initialize(repeating: UpdateSums(), count: plan.network.parameters.count)
    record.outputs = .allocate(capacity: plan.network.nodes.count)
    record.outputs?.initialize(repeating: OutputReading(), count: plan.network.nodes.count)
    self.record = record
  }

  deinit {
    record.times?.deallocate()
    record.parameters?.deallocate()
    record.outputs?.deallocate()
  }

  var times: [UInt64] {
    Array(UnsafeBufferPointer(start: record.times, count: 2 * plan.rows.count))
  }

  var parameters: [UpdateSums] {
    Array(UnsafeBufferPointer(start: record.parameters, count: plan.network.parameters.count))
  }

  var outputs: [OutputReading] {
    Array(UnsafeBufferPointer(start: record.outputs, count: plan.network.nodes.count))
  }
}
