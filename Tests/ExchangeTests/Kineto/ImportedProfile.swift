import Foundation
import Testing

@testable import Exchange
@testable import TraceFormat

/// A file with given bytes that is open for reading and has no name any more.
final class TemporaryInput {
  let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "gradtop-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    try FileManager.default.removeItem(at: url)
    try #require(descriptor >= 0)
  }

  deinit { close(descriptor) }
}

/// A profile, imported and read back from the trace that it became.
struct ImportedProfile {
  let summary: KinetoImport.Summary
  private(set) var run = Run()
  private(set) var steps: [Step] = []
  private(set) var graphs: [Graph] = []

  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try self.init(descriptor)
  }

  init(bytes: [UInt8]) throws {
    let input = try TemporaryInput(bytes)
    try self.init(input.descriptor)
    withExtendedLifetime(input) {}
  }

  init(events: String, before: String = "") throws {
    try self.init(bytes: Array("{\(before)\"traceEvents\": [\(events)]}".utf8))
  }

  private init(_ descriptor: Int32) throws {
    let profile = try KinetoImport(reading: descriptor)
    let output = MemoryOutput()
    let (summary, failure) = profile.write("profile", to: output)
    #expect(failure == nil)
    self.summary = summary
    let feed = TraceFeed()
    output.bytes.withUnsafeBytes { feed.append($0, at: 0) }
    while case let items = feed.poll(limit: 64), !items.isEmpty {
      for item in items {
        if case .run(let run) = item { self.run = run }
        if case .graph(let graph) = item, !graphs.contains(graph) { graphs.append(graph) }
        if case .step(let step, in: _) = item { steps.append(step) }
        if case .gap(let gap) = item { Issue.record("\(gap)") }
      }
    }
    #expect(feed.state == .closed)
  }

  /// Kind and nanoseconds of the ops of `step` in `phase`, in order.
  func rows(of step: Step, in phase: Phase) -> [(kind: String, duration: UInt64)] {
    let graph = graphs.first { $0.id == step.graph } ?? Graph()
    return step.ops.node.indices.filter { step.ops.phase[$0] == phase.rawValue }.map { row in
      (graph.nodes[Int(step.ops.node[row])].kind, step.ops.duration[row])
    }
  }
}
