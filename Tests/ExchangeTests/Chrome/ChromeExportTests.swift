import Foundation
import Testing
import TraceFormat

@testable import Exchange

/// A Chrome event, as a consumer reads it.
private struct Event: Decodable {
  struct Arguments: Decodable {
    var step: Int?
    var layer: String?
    var saved_bytes: Int?
    var ACTIVATION: Int?
    var GRADIENT: Int?
    var value: Double?
  }

  var ph: String
  var tid: Int
  var ts: Double
  var name: String
  var dur: Double?
  var cat: String?
  var id: Int?
  var args: Arguments?
}

private struct File: Decodable {
  var traceEvents: [Event]
}

@Suite struct ChromeExportTests {
  private func events(
    _ steps: [Step] = [SampleTrace.first, SampleTrace.second],
    only range: ClosedRange<UInt64>? = nil
  ) throws -> [Event] {
    let sink = MemorySink()
    _ = try ChromeExport(steps: range).write(SampleTrace.source(steps: steps), to: sink)
    return try JSONDecoder().decode(File.self, from: Data(sink.bytes)).traceEvents
  }

  @Test func slicesLieWhereTheOpsRan() throws {
    let slices = try events().filter { $0.ph == "X" && $0.tid == 3 }.prefix(4)
    #expect(slices.map(\.name) == ["fc1", "loss", "loss", "fc1"])
    #expect(slices.map(\.cat) == ["forward", "forward", "backward", "backward"])
    // The step starts at 1,500 ns.
    #expect(slices.map(\.ts) == [1.6, 2.61, 2.68, 2.77])
    #expect(slices.map(\.dur) == [1, 0.05, 0.06, 1.5])
    #expect(slices.map(\.args?.saved_bytes) == [64, 0, 0, 0])
    #expect(slices.map(\.args?.layer) == ["fc1", "loss", "loss", "fc1"])
  }

  @Test func stepsAndPhasesHaveTracks() throws {
    let steps = try events().filter { $0.ph == "X" && $0.tid == 1 }
    #expect(steps.map(\.name) == ["step 0", "step 1"])
    #expect(steps[0].ts == 1.5 && steps[0].dur == 4)
    let phases = try events().filter { $0.ph == "X" && $0.tid == 2 }
    #expect(phases.map(\.name) == ["forward", "backward", "forward", "backward"])
    #expect(phases[0].ts == 1.6 && phases[1].ts == 2.68)
  }

  @Test func forwardAndBackwardAreTied() throws {
    let flows = try events().filter { $0.cat == "fwdbwd" }
    #expect(flows.map(\.ph) == ["s", "s", "f", "f", "s", "s", "f", "f"])
    #expect(flows.map(\.id) == [1, 2, 2, 1, 3, 4, 4, 3])
    #expect(flows.prefix(4).map(\.ts) == [1.6, 2.61, 2.68, 2.77])
  }

  @Test func countersHoldMemoryAndScalars() throws {
    let counters = try events().filter { $0.ph == "C" }
    let memory = counters.filter { $0.name == "memory" }
    #expect(memory.map(\.args?.ACTIVATION) == [64, 0])
    #expect(memory.map(\.args?.GRADIENT) == [0, 80])
    #expect(memory.map(\.ts) == [2.6, 4.27])
    let loss = counters.filter { $0.name == "loss" }
    // The second one is infinite, which JSON cannot say.
    #expect(loss.map(\.args?.value) == [0.1])
  }

  @Test func leavesOutOtherSteps() throws {
    let names = try events(only: 1...1).filter { $0.tid == 1 && $0.ph == "X" }.map(\.name)
    #expect(names == ["step 1"])
  }

  @Test func isWellFormedWithoutSteps() throws {
    let kinds = Set(try events([]).map(\.ph))
    #expect(kinds == ["M"])
  }

  @Test func namesAreEscaped() throws {
    let sink = MemorySink()
    var graph = SampleTrace.graph
    graph.nodes[0].name = "a\"b\\c\n\u{1}"
    _ = try ChromeExport().write(SampleTrace.source(graph: graph), to: sink)
    let file = try JSONDecoder().decode(File.self, from: Data(sink.bytes))
    let names = file.traceEvents.map(\.name)
    #expect(names.contains("a\"b\\c\n\u{1}"))
  }

  /// A step that starts before the last one ended: slices of a track must not overlap.
  @Test func overlappingStepsAreLaidEndToEnd() throws {
    var second = SampleTrace.second
    second.start = 1_600
    let steps = try events([SampleTrace.first, second]).filter { $0.ph == "X" && $0.tid == 1 }
    #expect(steps[1].ts == 5.5)
  }
}
