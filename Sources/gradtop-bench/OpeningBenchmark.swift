import Autodiff
import Foundation
import TraceFormat
import TraceSession

/// How soon a long trace is there.
enum OpeningBenchmark {
  private static let gigabyte = 1e9

  static func run() throws {
    try points()
    func setting(_ name: String) -> Int? {
      ProcessInfo.processInfo.environment["GRADTOP_BENCH_" + name].flatMap { Int($0) }
    }
    try large(
      megabytes: setting("MB") ?? 512, ops: setting("OPS") ?? 2000,
      period: UInt64(setting("MS") ?? 10) * 1_000_000)
  }

  /// The whole program on a trace of a million steps.
  private static func points() throws {
    let path = TemporaryFile.path("points.mcap")
    defer { TemporaryFile.remove(path) }
    let writer = TraceWriter(output: try FileOutput(path: path, overwriting: true), run: Run())
    writer.write(graph: Graph(), now: 0)
    var step = Step()
    for index in 0..<1_000_000 as Range<UInt64> {
      (step.index, step.start, step.duration) = (index, index * 1_000_000, 900_000)
      step.loss = 1 / Double(index % 1013 + 1)
      writer.write(step: step, now: index * 1_000_000)
    }
    writer.close(now: 0)
    print("a trace of 1,000,000 steps, \(TemporaryFile.megabytes(of: path)) MB")
    for arguments in [["frame", path], ["info", path]] {
      guard let run = Command.run("gradtop", arguments) else {
        return print("  build the program first (make build)")
      }
      report(
        "gradtop \(arguments[0])",
        "\(fixed(run.seconds, 3)) s, \(fixed(Double(run.peakBytes) / 1e6, 0)) MB")
    }
  }

  /// Steps of so many ops, not compressed, until the file has its size.
  ///
  /// - Parameter period: nanoseconds from one to the next; from 100 ms on, each has a chunk of its
  ///   own.
  private static func large(megabytes size: Int, ops: Int, period: UInt64) throws {
    let path = TemporaryFile.path("large.mcap")
    defer { TemporaryFile.remove(path) }
    var options = TraceWriter.Options()
    options.compression = .none
    let writer = TraceWriter(
      output: try FileOutput(path: path, overwriting: true), run: Run(), options: options)
    writer.write(graph: Graph(), now: 0)
    var generator = SyntheticSteps(ops: ops)
    let steps = (0..<16).map { generator.step(UInt64($0)) }
    var count: UInt64 = 0
    while writer.position < UInt64(size) * 1_000_000 {
      var step = steps[Int(count) % steps.count]
      (step.index, step.start) = (count, count * period)
      writer.write(step: step, now: count * period)
      count += 1
    }
    writer.close(now: 0)
    print("a trace of \(TemporaryFile.megabytes(of: path)) MB, \(count) steps of \(ops) ops")
    try opening(path, steps: count)
    var info: TraceInfo?
    let seconds = try time { info = try TraceInfo(path: path) }
    report(
      "scan, each byte verified",
      "\(fixed(Double(info?.bytes ?? 0) / gigabyte / seconds, 2)) GB/s")
    if let run = Command.run("gradtop", ["frame", path]) {
      report(
        "gradtop frame",
        "\(fixed(run.seconds, 3)) s, \(fixed(Double(run.peakBytes) / 1e6, 0)) MB")
    }
  }

  private static func opening(_ path: String, steps: UInt64) throws {
    var session: Session?
    let first = try time {
      session = Session(opening: try TraceFile(path: path))
      _ = session?.snapshot()
    }
    guard let session else { return }
    report("first data", "\(fixed(first * 1e3, 1)) ms")
    var (seeks, state) = (Samples(), UInt64(7))
    for _ in 0..<200 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      session.seek(to: Int((state >> 33) % max(1, steps)))
      seeks.values.append(time { _ = session.snapshot() })
    }
    report(
      "seek",
      "\(fixed(seeks.median * 1e3, 2)) ms, "
        + "at most \(fixed((seeks.values.max() ?? 0) * 1e3, 2)) ms")
  }

  private static func time(_ body: () throws -> Void) rethrows -> Double {
    let start = MonotonicClock.now()
    try body()
    return Double(MonotonicClock.now() - start) / 1e9
  }
}
