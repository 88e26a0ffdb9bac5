import Testing
import TraceFormat
import TraceSession

@Suite struct StepFactsTests {
  @Test func opsEndWhereGapsAndDurationsAddUp() {
    var step = Step()
    step.ops.node = [0, 1]
    step.ops.gap = [5, 7]
    step.ops.duration = [100, 200]
    #expect(step.opEnds == [105, 312])
    step.ops.gap = []
    #expect(step.opEnds == [100, 300])
  }

  @Test func timesBeyondReasonDoNotTrap() {
    var step = Step()
    step.ops.node = [0, 1]
    step.ops.duration = [.max, .max]
    #expect(step.opEnds == [.max, .max - 1])
    step.memory.row = [0]
    step.memory.activation = [.max]
    step.memory.gradient = [2]
    #expect(step.memory.peakBytes == 1)
  }

  @Test func throughputNeedsSamplesAndTime() {
    var step = Step()
    step.samples = 64
    #expect(step.samplesPerSecond == nil)
    step.duration = 2_000_000_000
    #expect(step.samplesPerSecond == 32)
    step.samples = 0
    #expect(step.samplesPerSecond == nil)
  }

  @Test func phasesThatWereNotMeasuredHaveNoTime() {
    var step = Step()
    #expect(step.measuredTime(of: .forward) == nil)
    step.phaseTimes = [7]
    #expect(step.measuredTime(of: .forward) == 7)
    #expect(step.measuredTime(of: .data) == 0)
  }

  @Test func memoryIsTheSumOfWhatWasMeasured() {
    var memory = MemoryColumns()
    #expect(memory.peakBytes == nil)
    memory.row = [0, 1]
    #expect(memory.peakBytes == nil)
    #expect(memory.totalBytes(at: 0) == nil)
    memory.parameter = [10, 10]
    memory.temporary = [1, 5]
    #expect(memory.totalBytes(at: 0) == 11)
    #expect(memory.peakBytes == 15)
  }

  @Test func aRatioNeedsWeights() {
    var columns = ParameterColumns()
    columns.parameter = [0, 1]
    columns.updateNorm = [1, 1]
    #expect(columns.updateRatio(at: 0) == nil)
    columns.weightNorm = [4, 0]
    #expect(columns.updateRatio(at: 0) == 0.25)
    #expect(columns.updateRatio(at: 1) == nil)
  }
}
