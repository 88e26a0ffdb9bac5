import Autodiff
import Diagnosis
import Foundation
import Panels
import Screen
import TraceFormat
import TraceSession

/// How quickly the dashboard answers, and what it costs: on a trace of 200 layers.
enum DashboardBenchmark {
  private static let size = Size(width: 120, height: 40)

  static func run() throws {
    let steps =
      ProcessInfo.processInfo.environment["GRADTOP_BENCH_STEPS"].flatMap { Int($0) } ?? 10_000
    print("dashboard on a trace of \(steps) steps × \(LongTrace.layers) layers")
    let file = FileManager.default.temporaryDirectory
      .appending(path: "gradtop-bench-\(ProcessInfo.processInfo.processIdentifier).mcap")
    defer { try? FileManager.default.removeItem(at: file) }
    try LongTrace.write(steps, to: file.path)

    let start = MonotonicClock.now()
    let session = Session(opening: try TraceFile(path: file.path))
    var desk = Desk(session, Judge(), size)
    desk.draw()
    report("first frame", "\(milliseconds(MonotonicClock.now() - start, 0)) ms")
    let first = MonotonicClock.now()
    var judge = Judge()
    while session.poll(limit: 64, observe: { _ = judge.examine($0) }) {}
    let read = MonotonicClock.now()
    let perStep = Double(read - first) / Double(steps) / 1e3
    report("reading and judging a step", "\(fixed(perStep, 1)) µs")
    desk = Desk(session, judge, size)
    for name in Dashboard.panelNames {
      let times = desk.answers(on: name)
      report(
        "key to frame, \(name)",
        "p50 \(percentile(times, 0.5)) ms, p99 \(percentile(times, 0.99)) ms")
    }
    report("memory", "\(fixed(Double(resident()) / 1_048_576, 0)) MiB")
  }

  private static func milliseconds(_ nanoseconds: UInt64, _ digits: Int) -> String {
    fixed(Double(nanoseconds) / 1e6, digits)
  }

  private static func percentile(_ times: [UInt64], _ fraction: Double) -> String {
    let sorted = times.sorted()
    return milliseconds(sorted[min(sorted.count - 1, Int(fraction * Double(sorted.count)))], 2)
  }

  /// Bytes of this process in memory.
  private static func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}

/// A dashboard without a terminal: keys go in, canvases come out.
private struct Desk {
  private let session: Session
  private let judge: Judge
  private let size: Size
  private var dashboard = Dashboard()
  private var scene: Scene

  init(_ session: Session, _ judge: Judge, _ size: Size) {
    (self.session, self.judge, self.size) = (session, judge, size)
    scene = Scene(session.snapshot(), findings: judge.findings)
  }

  mutating func draw() {
    scene = Scene(session.snapshot(), findings: judge.findings)
    var canvas = Canvas(width: size.width, height: size.height)
    dashboard.draw(scene, on: &canvas)
  }

  /// How long each of many keys takes until its frame is drawn.
  mutating func answers(on panel: String) -> [UInt64] {
    _ = dashboard.select(panel: panel)
    let keys: [Key] = [
      .character(","), .character("<"), .down, .home, .character("."), .character("s"), .end, .up,
      .character(">"), .pageDown,
    ]
    return (0..<300).map { index in
      let start = MonotonicClock.now()
      for effect in dashboard.handle(.key(keys[index % keys.count]), scene, size: size) {
        switch effect {
        case .seek(let step): session.seek(to: step)
        case .follow: session.follow()
        default: break
        }
      }
      draw()
      return MonotonicClock.now() - start
    }
  }
}

/// A made-up trace of any length.
private enum LongTrace {
  static let layers = 200

  static func write(_ count: Int, to path: String) throws {
    var run = Run()
    (run.runID, run.name) = ("bench", "bench")
    let writer = TraceWriter(output: try FileOutput(path: path, overwriting: true), run: run)
    writer.write(graph: graph(), now: 0)
    for index in 0..<count { writer.write(step: step(UInt64(index)), now: UInt64(index)) }
    writer.close(now: 0)
  }

  private static func graph() -> Graph {
    var graph = Graph()
    graph.id = 1
    for index in 0..<layers {
      var layer = Graph.Layer()
      (layer.path, layer.kind) = ("block\(index / 10)/fc\(index % 10)", "Linear")
      var node = Graph.Node()
      (node.id, node.name, node.layer) = (UInt32(index), "fc\(index)", layer.path)
      (node.forwardFlops, node.backwardFlops) = (1000, 2000)
      node.shape = [64, 64]
      var parameter = Graph.Parameter()
      (parameter.id, parameter.layer) = (UInt32(index), layer.path)
      (parameter.name, parameter.shape) = ("fc\(index).weight", [64, 64])
      graph.layers.append(layer)
      graph.nodes.append(node)
      graph.parameters.append(parameter)
    }
    return graph
  }

  private static func step(_ index: UInt64) -> Step {
    let ids = (0..<UInt32(layers)).map { $0 }
    var step = Step()
    (step.index, step.graph, step.start, step.duration) = (index, 1, index * 1_000_000, 900_000)
    step.loss = 1 / Double(index + 1) + 0.1
    step.samples = 64
    step.phaseTimes = [1000, 300_000, 0, 500_000, 90_000, 9000]
    step.ops.node = ids + ids.reversed()
    step.ops.phase = ids.map { _ in 0 } + ids.map { _ in 2 }
    step.ops.gap = Array(repeating: 10, count: 2 * layers)
    step.ops.duration = (0..<2 * layers).map { 1000 + (index &* 31 &+ UInt64($0) &* 17) % 100 }
    step.parameters.parameter = ids
    step.parameters.hasGradient = ids.map { _ in true }
    step.parameters.gradNorm = ids.map { Float($0 + 1) / Float(index % 100 + 1) }
    step.parameters.weightNorm = ids.map { Float($0 + 1) }
    step.parameters.updateNorm = ids.map { _ in 0.01 }
    step.activations.node = ids
    step.activations.gradRMS = ids.map { Float($0 + 1) * 1e-4 / Float(index % 10 + 1) }
    return step
  }
}
