import Foundation
import Glibc
import Testing
import TraceFormat

@testable import Exchange

@Suite struct TraceReportTests {
  /// The report on the sample trace in a file, closed or not.
  private func report(
    steps: [Step] = [SampleTrace.first, SampleTrace.second], closes: Bool = true
  ) throws -> TraceReport {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph, now: 0)
    for step in steps { writer.write(step: step, now: 0) }
    if closes { writer.close(now: 0) } else { writer.flush() }
    var template = Array(
      FileManager.default.temporaryDirectory.appending(path: "gradtop-test-XXXXXX").path.utf8CString
    )
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { _ = unlink(path) }
    _ = output.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    _ = close(descriptor)
    var info = try TraceInfo(path: path)
    // The size depends on the version of the compressing library.
    info.bytes = 1000
    return TraceReport(info)
  }

  @Test func text() throws {
    #expect(
      try report().text == """
        name: tiny
        run_id: r1
        seed: 7
        producer: gradtop
        version: 0.1
        device: cpu
        threads: 2
        precision: fp32
        norms_every: 1
        steps: 2
        first_step: 0
        last_step: 1
        loss_first: 0.1
        loss_last: inf
        layers: 2
        nodes: 3
        parameters: 20
        forward_flops: 416
        backward_flops: 832
        backward_over_forward: 2.0
        total_flops: 1248
        arena_bytes: 4096
        arena_lower_bound_bytes: 368
        saved_bytes: 64
        trace_bytes: 1000
        chunks: 3
        ended: yes
        incomplete_bytes: 0
        gaps: 0

        """)
  }

  @Test func json() throws {
    let json = try report().json
    #expect(json.hasPrefix(#"{"name":"tiny","run_id":"r1","seed":7,"producer":"gradtop","#))
    #expect(json.contains(#""loss_first":0.1,"loss_last":"inf","accuracy_last":null,"layers":2,"#))
    #expect(json.hasSuffix(#""chunks":3,"ended":true,"incomplete_bytes":0,"gaps":[]}"# + "\n"))
  }

  @Test func aTraceThatIsStillWritten() throws {
    #expect(try report(closes: false).text.contains("\nended: no\n"))
    #expect(try report(closes: false).json.contains(#""ended":false,"#))
  }

  @Test func accuracyIsThatOfTheLastStep() throws {
    #expect(try report(steps: [SampleTrace.first]).text.contains("\naccuracy_last: 0.25\n"))
  }

  @Test func aTraceWithoutSteps() throws {
    let text = try report(steps: []).text
    #expect(text.contains("\nsteps: 0\nlayers: 2\n"))
  }

  @Test func gapsAreListed() {
    let gaps = [
      TraceGap(bytes: 10..<30, reason: "checksum of the chunk does not match", steps: 4...5),
      TraceGap(bytes: 40..<40, droppedEvents: 3, reason: "the producer was too slow"),
    ]
    let report = TraceReport(entries: [], gaps: gaps)
    #expect(
      report.text == """
        gaps: 2
        gap: bytes 10..<30, steps 4..5: checksum of the chunk does not match
        gap: bytes 40..<40: the producer was too slow, 3 events dropped

        """)
    #expect(
      report.json
        == #"{"gaps":[{"start":10,"end":30,"first_step":4,"last_step":5,"dropped_events":0,"#
        + #""reason":"checksum of the chunk does not match"},"#
        + #"{"start":40,"end":40,"first_step":null,"last_step":null,"dropped_events":3,"#
        + #""reason":"the producer was too slow"}]}"#
        + "\n")
  }

  @Test func aNameWithALineBreakStaysOnItsLine() {
    let report = TraceReport(
      entries: [.init("name", .text("two\r\nlines\u{2028}three"))], gaps: [])
    #expect(report.text == "name: two lines three\ngaps: 0\n")
  }
}
