import Testing

@testable import Exchange
@testable import TraceFormat

/// What real profiles get wrong, each as small as it can be.
@Suite struct KinetoReaderTests {
  private func op(
    _ name: String, _ start: String, _ duration: String, thread: Int = 1,
    category: String = "cpu_op",
    more: String = ""
  ) -> String {
    """
    {"ph": "X", "cat": "\(category)", "name": "\(name)", "pid": 1, "tid": \(thread),
     "ts": \(start), "dur": \(duration)\(more)}
    """
  }

  private func evaluate(_ name: String) -> String { "autograd::engine::evaluate_function: " + name }

  @Test func timesAreExactNanoseconds() throws {
    let profile = try ImportedProfile(
      events: [
        op("aten::a", "4600000000000.001", "0.007"), op("aten::b", "4600000000001.5", "12.3456"),
        op("aten::c", "\"4600000000100\"", "1e1"),
      ].joined(separator: ","), before: "\"baseTimeNanoseconds\": 1700000000000000000,")
    let ops = try #require(profile.steps.first).ops
    #expect(ops.duration == [7, 12_345, 10_000])
    #expect(ops.gap == [0, 1_492, 86_155 + 0])
    #expect(profile.run.wallClockOrigin == 1_700_000_000_000_000_000 + 4_600_000_000_000_001)
  }

  @Test func innerOpsArePartOfTheOuter() throws {
    let profile = try ImportedProfile(
      events: [
        op("aten::addmm", "2", "3"), op("aten::linear", "1", "10"), op("aten::t", "6", "2"),
        op("aten::relu", "11", "1"),
      ].joined(separator: ","))
    let step = try #require(profile.steps.first)
    #expect(profile.rows(of: step, in: .forward).map(\.kind) == ["linear", "relu"])
  }

  @Test func withoutFlowsTheSequenceNumberTells() throws {
    func sequence(_ number: Int) -> String { ", \"args\": {\"Sequence number\": \(number)}" }
    let profile = try ImportedProfile(
      events: [
        op("aten::linear", "1", "2", more: sequence(7)),
        op("aten::relu", "4", "2", more: sequence(8)),
        op(evaluate("ReluBackward0"), "10", "1", thread: 2, more: sequence(8)),
        op(evaluate("AddmmBackward0"), "12", "3", thread: 2, more: sequence(7)),
        op(evaluate("torch::autograd::AccumulateGrad"), "16", "1", thread: 2),
      ].joined(separator: ","))
    let step = try #require(profile.steps.first)
    let rows = profile.rows(of: step, in: .backward)
    #expect(rows.map(\.kind) == ["relu", "linear"])
    // The accumulation of its weight's gradient is part of the op's backward.
    #expect(rows.map(\.duration) == [1_000, 4_000])
    #expect(profile.summary.linked == 2 && profile.summary.backward == 2)
  }

  @Test func workOnADeviceCounts() throws {
    func launch(_ id: Int) -> String { ", \"args\": {\"correlation\": \(id)}" }
    let profile = try ImportedProfile(
      events: [
        op("aten::linear", "1", "20"),
        op("cudaLaunchKernel", "2", "1", category: "cuda_runtime", more: launch(5)),
        op("cudaLaunchKernel", "4", "1", category: "cuda_runtime", more: launch(6)),
        op("gemm", "100", "30", thread: 7, category: "kernel", more: launch(5)),
        op("bias", "140", "10", thread: 7, category: "kernel", more: launch(6)),
      ].joined(separator: ","))
    #expect(profile.steps.first?.ops.duration == [40_000])
  }

  @Test func stepsEndWithTheOptimizer() throws {
    let events = (0..<3).flatMap { step -> [String] in
      let start = 100 * step
      return [
        op("aten::linear", "\(start + 1)", "5"), op(evaluate("A"), "\(start + 10)", "5"),
        op(
          "Optimizer.step#SGD.step", "\(start + 20)", "9", category: "user_annotation"),
      ]
    }
    let profile = try ImportedProfile(events: events.joined(separator: ","))
    #expect(profile.steps.map(\.index) == [0, 1, 2])
    #expect(profile.steps.map { $0.time(of: .optimizer) } == [9_000, 9_000, 9_000])
    #expect(profile.graphs.count == 1)
  }

  @Test func controlCharactersInNamesPass() throws {
    let profile = try ImportedProfile(events: op("aten::a\u{1}\n\\u00e9\\ud83d\\ude00", "1", "1"))
    #expect(profile.graphs.first?.nodes.first?.kind == "a\u{1}\né😀")
  }

  @Test func anUnescapedQuoteLosesOneEvent() throws {
    let profile = try ImportedProfile(
      events: [
        op("aten::a", "1", "1"), op("ate\"n\": b \"x", "3", "1"), op("aten::c", "5", "1"),
      ].joined(separator: ",\n"))
    let step = try #require(profile.steps.first)
    #expect(profile.rows(of: step, in: .forward).map(\.kind) == ["a", "c"])
    #expect(profile.summary.damaged == 1 && !profile.summary.isTruncated)
  }

  @Test func numbersBeyondAnyIntegerAreTheNearest() throws {
    let profile = try ImportedProfile(
      events: [
        op("aten::a", "-5", "99999999999999999999999999"),
        op("aten::b", "1", "1", more: ", \"args\": {\"Sequence number\": 1e400}"),
      ].joined(separator: ","))
    #expect(profile.steps.count == 1)
  }

  @Test func processAndThreadMayBeWords() throws {
    let text = """
      {"ph": "X", "cat": "cpu_op", "name": "aten::a", "pid": "Spans", "tid": "x", "ts": 1, "dur": 1},
      {"ph": "X", "cat": "Trace", "name": "PyTorch Profiler (0)", "pid": "Spans", "tid": "x",
       "ts": 1, "dur": 9}
      """
    let profile = try ImportedProfile(events: text)
    #expect(profile.summary.ops == 1)
  }

  @Test func aBareArrayIsAProfile() throws {
    let profile = try ImportedProfile(bytes: Array("[\(op("aten::a", "1", "1"))]".utf8))
    #expect(profile.summary.ops == 1)
  }

  @Test(arguments: [
    ("", 0), ("[]", -1), ("{}", -1), ("{\"traceEvents\": []}", -1), ("PK\u{3}", 0),
    ("{\"a\" 1}", 5),
  ])
  func whatIsNoProfileIsRefused(text: String, offset: Int) throws {
    let error = #expect(throws: ImportError.self) {
      try ImportedProfile(bytes: Array(text.utf8))
    }
    switch error {
    case .malformed(let place, _): #expect(Int(place) == offset)
    case .empty: #expect(offset == -1)
    default: Issue.record("\(String(describing: error))")
    }
  }

  /// Brackets that never close, and text that never ends, are refused in bounded memory.
  @Test func nestingWithoutEndIsCutOff() throws {
    let deep = String(repeating: "[", count: 100_000)
    let error = #expect(throws: ImportError.self) {
      try ImportedProfile(events: "{\"ph\": \"X\", \"args\": \(deep)")
    }
    #expect(error == .empty(reason: "no op of a training loop is in it"))
  }
}
