import Glibc
import Testing
import TraceFormat

@testable import Exchange

@Suite struct TableExportTests {
  private func export(
    _ table: Table, _ format: TableFormat = .csv, steps: ClosedRange<UInt64>? = nil,
    from source: TraceFeed = SampleTrace.source()
  ) throws -> (lines: [String], summary: ExportSummary) {
    let sink = MemorySink()
    let summary = try TableExport(table, format: format, steps: steps).write(source, to: sink)
    return (sink.text.split { $0.isNewline }.map(String.init), summary)
  }

  @Test func aRangeIncludesBothEnds() throws {
    var step = SampleTrace.second
    let steps = (0..<5 as Range<UInt64>).map { index in
      step.index = index
      return step
    }
    let (lines, summary) = try export(
      .steps, steps: 1...3, from: SampleTrace.source(steps: steps))
    #expect(lines.dropFirst().map { $0.prefix(2) } == ["1,", "2,", "3,"])
    #expect(summary.steps == 3)
    #expect(summary.rows == 3)
  }

  @Test func aRangeIsAllThatATableOverStepsKnows() throws {
    #expect(
      try export(.layers, steps: 1...1).lines[1]
        == "fc1,Linear,20,1,2.0,1.5,0.75,400,800,0.34285714285714286,0,,,,,relu.1,")
    #expect(try export(.findings, steps: 0...0).lines.count == 2)
    #expect(try export(.ops, steps: 7...9).lines.count == 1)
  }

  @Test func saysWhetherTheTraceIsWhole() throws {
    let whole = try export(.steps).summary
    #expect(whole.ended)
    #expect(whole.isWhole)
    let cut = try export(.steps, from: SampleTrace.source(closes: false)).summary
    #expect(!cut.ended)
    #expect(!cut.isWhole)
    #expect(cut.rows == 2)
  }

  @Test func aLayerThatWasNeverMeasuredHasEmptyCells() throws {
    let (lines, _) = try export(.layers, from: SampleTrace.source(steps: []))
    #expect(lines[2] == "relu.1,ReLU,0,,,,,16,32,,64,,,,,fc1,")
  }

  @Test func namesThatTheGraphLacksAreNumbers() throws {
    let source = SampleTrace.source(graph: Graph(), steps: [SampleTrace.second])
    let (lines, _) = try export(.events, from: source)
    #expect(lines[1] == "1,#0,,forward,100,2000,")
  }

  @Test func phasesOfNewerProducersAreNumbers() throws {
    var step = SampleTrace.second
    step.ops.phase[0] = 99
    let (lines, _) = try export(.events, from: SampleTrace.source(steps: [step]))
    #expect(lines[1] == "1,fc1,fc1,99,100,2000,")
  }

  @Test func anOpOfTwoGraphsIsOneRow() throws {
    let feed = TraceFeed()
    let writer = TraceWriter(output: MemoryOutput(), run: SampleTrace.run, tap: feed)
    writer.write(graph: SampleTrace.graph, now: 0)
    writer.write(step: SampleTrace.first, now: 0)
    var graph = SampleTrace.graph
    graph.id = 2
    graph.nodes[0].id = 5
    graph.nodes[1].fusedWith = [5]
    writer.write(graph: graph, now: 0)
    var step = SampleTrace.second
    step.graph = 2
    step.ops.node = [5, 2, 2, 5]
    writer.write(step: step, now: 0)
    writer.close(now: 0)
    let (lines, _) = try export(.ops, from: feed)
    let expected = try export(.ops).lines
    #expect(lines == expected)
  }

  @Test func aLayerOfSeveralNodesIsCalledOnceForAllOfThem() throws {
    var graph = SampleTrace.graph
    graph.nodes[1].layer = "fc1"
    graph.nodes[0].fusedWith = []
    graph.nodes[1].fusedWith = []
    var step = SampleTrace.second
    step.ops.node = [0, 1, 1, 0]
    let source = SampleTrace.source(graph: graph, steps: [step])
    // 2050 ns of forward, 1560 ns of backward, 3 x 416 FLOPs; the output is that of the second node.
    #expect(
      try export(.layers, from: source).lines[1]
        == "fc1,Linear,20,1,2.05,1.56,0.7609756097560976,416,832,0.34570637119113573,64,"
        + "3.0,3.0,3.0,3.0,,")
  }

  @Test func microBatchesAreCallsOfOneStep() throws {
    var step = SampleTrace.second
    step.ops.node += step.ops.node
    step.ops.phase += step.ops.phase
    step.ops.gap += step.ops.gap
    step.ops.duration += step.ops.duration
    let (lines, _) = try export(.layers, from: SampleTrace.source(steps: [step]))
    #expect(
      lines[1] == "fc1,Linear,20,2,4.0,3.0,0.75,400,800,0.34285714285714286,0,,,,,relu.1,")
  }

  @Test func jsonHasAnObjectForEachRowWithTheSameKeys() throws {
    #expect(
      try export(.gradients, .json).lines == [
        #"{"step":0,"parameter":"fc1.weight","layer":"fc1","grad_norm":2.5,"weight_norm":0.1,"#
          + #""update_norm":0.001,"non_finite":0}"#,
        #"{"step":0,"parameter":"fc1.bias","layer":"fc1","grad_norm":null,"weight_norm":0.0,"#
          + #""update_norm":0.0,"non_finite":0}"#,
        #"{"step":1,"parameter":"fc1.weight","layer":"fc1","grad_norm":"nan","weight_norm":null,"#
          + #""update_norm":null,"non_finite":null}"#,
      ])
  }

  @Test func rowsComeInConstantMemory() throws {
    final class Widest: ByteSink {
      var widest = 0
      func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        widest = max(widest, bytes.count)
      }
    }
    var step = SampleTrace.second
    let steps = (0..<4000 as Range<UInt64>).map { index in
      step.index = index
      return step
    }
    let sink = Widest()
    _ = try TableExport(.events).write(SampleTrace.source(steps: steps), to: sink)
    #expect(sink.widest > 0 && sink.widest < 80 << 10)
  }

  @Test func aClosedPipeIsReported() throws {
    _ = signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    _ = close(ends[0])
    defer { _ = close(ends[1]) }
    #expect(throws: ExportError.closedPipe) {
      try TableExport(.steps).write(SampleTrace.source(), to: DescriptorSink(ends[1]))
    }
  }

  @Test func aFullDiskIsReported() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    #expect(throws: ExportError.system(call: "write", code: ENOSPC)) {
      try TableExport(.steps).write(SampleTrace.source(), to: DescriptorSink(descriptor))
    }
  }

  @Test func columnsAreThoseOfTheDescription() {
    #expect(
      Table.allCases.map(\.rawValue).sorted() == [
        "activations", "events", "findings", "gradients", "layers", "memory", "ops", "steps",
        "time",
      ])
    #expect(Table.time.columns == ["step", "node", "layer", "t", "grad_rms"])
  }
}
