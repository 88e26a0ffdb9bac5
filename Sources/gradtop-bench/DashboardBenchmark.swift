import Autodiff
import Foundation

/// How quickly the dashboard answers on a long trace, and what it costs: the whole program, on a
/// terminal of 120 columns and 40 rows.
enum DashboardBenchmark {
  static func run() throws {
    let steps = number("GRADTOP_BENCH_STEPS") ?? 10_000
    let trace = LongTrace(layers: 200)
    print("dashboard on a trace of \(steps) steps × \(trace.layers) layers")
    let kept = ProcessInfo.processInfo.environment["GRADTOP_BENCH_TRACE"]
    let path = kept ?? TemporaryFile.path("long.mcap")
    defer { if kept == nil { TemporaryFile.remove(path) } }
    if !FileManager.default.fileExists(atPath: path) { try trace.write(steps, to: path) }
    let size = TemporaryFile.megabytes(of: path)

    guard let frame = Command.run("gradtop", ["frame", path]),
      let program = try WatchedProgram("gradtop", ["replay", path])
    else { return print("  build the program first (make build)") }
    report("gradtop frame of \(size) MB", "\(fixed(frame.seconds * 1e3, 0)) ms")
    report("first frame", "\(fixed(program.firstFrame * 1e3, 0)) ms")
    let start = MonotonicClock.now()
    reportAnswers(of: program, on: "12345678", "while it is read to its end")
    program.settle(quietFor: 1)
    report("read to its end after", "\(fixed(Double(MonotonicClock.now() - start) / 1e9, 0)) s")
    reportAnswers(of: program, on: "1234567890", "")
    report("memory", program.memory.text)
    report("nothing changes", "\(fixed(100 * idleShare(of: program), 3)) % of one core")
    program.quit()
  }

  /// The whole number that a variable of the environment holds.
  static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  /// The share of one core that it takes while nothing happens.
  static func idleShare(of program: WatchedProgram, seconds: Double = 10) -> Double {
    let before = program.processorSeconds
    usleep(UInt32(seconds * 1e6))
    return (program.processorSeconds - before) / seconds
  }

  private static func reportAnswers(
    of program: WatchedProgram, on panels: String, _ when: String
  ) {
    for panel in panels {
      program.type(String(panel))
      _ = program.answer(within: 0.2)
      var (times, bytes) = (Samples(), Samples())
      for _ in 0..<15 {
        for key in [",", "<", "j", "g", ".", "s", "G", "k", ">", "\u{1B}[6~"] {
          let start = MonotonicClock.now()
          program.type(key)
          guard let answer = program.answer(within: 0.1) else { continue }
          times.values.append(Double(answer.end - start) / 1e6)
          bytes.values.append(Double(answer.bytes))
        }
      }
      report(
        "key to frame, panel \(panel) \(when)",
        "p50 \(fixed(times.median, 1)) ms, p99 \(fixed(times.quantile(0.99), 1)) ms, "
          + "\(fixed(bytes.median, 0)) bytes")
    }
  }
}

extension WatchedProgram.Memory {
  /// In MB of a million bytes.
  var text: String {
    let sizes = [peak, own, files].map { fixed(Double($0) / 1e6, 0) }
    return "at most \(sizes[0]) MB; now \(sizes[1]) MB of its own, \(sizes[2]) MB of files"
  }
}
