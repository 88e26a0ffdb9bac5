import Testing
import TraceFormat
import TraceSamples
import TraceSession

@Suite struct OpTotalsTests {
  @Test func addsUpByNodeAndPhase() {
    var totals = OpTotals()
    totals.add(TinyNetwork.step(0))
    totals.add(TinyNetwork.step(7))
    let forward = totals.total(of: 0, in: .forward)
    #expect(forward?.calls == 2)
    #expect(forward?.totalTime == 207)
    #expect(forward?.maximumTime == 107)
    #expect(forward?.meanTime == 103.5)
    #expect(forward?.hasSavedBytes == false)
    #expect(totals.total(of: 0, in: .backward)?.totalTime == 400)
    #expect(totals.total(of: 1, in: .backward) == nil)
    #expect(totals.byOp.count == 5)
    #expect(totals.steps == 2)
    #expect(totals.totalTime == 687)
    #expect(totals.totalTime(in: .backward) == 440)
  }

  @Test func followsOpsThatChangeTheirOrder() {
    var totals = OpTotals()
    var step = Step()
    step.ops.node = [1, 2]
    step.ops.phase = [0, 0]
    step.ops.duration = [10, 20]
    step.ops.savedBytes = [5, 0]
    totals.add(step)
    step.ops.node = [2, 1, 3]
    step.ops.phase = [0, 0, 0]
    step.ops.duration = [20, 10, 30]
    step.ops.savedBytes = [0, 4, 0]
    totals.add(step)
    #expect(totals.total(of: 1, in: .forward)?.totalTime == 20)
    #expect(totals.total(of: 2, in: .forward)?.totalTime == 40)
    #expect(totals.total(of: 3, in: .forward)?.totalTime == 30)
    #expect(totals.total(of: 1, in: .forward)?.savedBytes == 5)
    #expect(totals.total(of: 1, in: .forward)?.hasSavedBytes == true)
  }

  @Test func leavesOutPhasesOfNewerProducers() {
    var totals = OpTotals()
    var step = Step()
    step.ops.node = [1]
    step.ops.phase = [200]
    step.ops.duration = [10]
    totals.add(step)
    #expect(totals.keys.isEmpty)
  }

  @Test func aStepWithoutTimesIsNoStep() {
    var totals = OpTotals()
    totals.add(Step())
    #expect(totals.steps == 0)
  }
}
