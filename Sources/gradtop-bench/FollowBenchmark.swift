import Autodiff
import Foundation
import TraceFormat

/// What a dashboard costs that follows a run: in a process of its own, and beside the training.
enum FollowBenchmark {
  /// Steps a second, of so many ops.
  private static let pace = 100
  private static let ops = 200
  private static let rounds = 7

  static func run() throws {
    print("dashboard that follows \(pace) steps a second of \(ops) ops, 10 frames a second")
    try follow()
    print("training of the embedded model, with a dashboard and headless, \(rounds) rounds")
    try slowdown()
  }

  private static func follow() throws {
    let seconds = DashboardBenchmark.number("GRADTOP_BENCH_SECONDS") ?? 20
    let path = TemporaryFile.path("follow.mcap")
    defer { TemporaryFile.remove(path) }
    var trace = LongTrace(layers: ops / 2)
    (trace.activationsEvery, trace.period) = (10, UInt64(1_000_000_000 / pace))
    let writer = try trace.writer(path)
    guard
      let program = try WatchedProgram(
        "gradtop", ["replay", "--follow", path], settings: #"{"refresh": 10}"#)
    else { return print("  build the program first (make build)") }
    let start = MonotonicClock.now()
    var (index, before, bytes) = (0, 0.0, Samples())
    while index < (seconds + 2) * pace {
      // Not before it has settled.
      if index == 2 * pace { (before, bytes) = (program.processorSeconds, Samples()) }
      let now = MonotonicClock.now() - start
      while UInt64(index) * trace.period <= now {
        writer.write(step: trace.step(UInt64(index)), now: now)
        index += 1
      }
      if let frame = program.answer(within: 0.005) { bytes.values.append(Double(frame.bytes)) }
    }
    let share = (program.processorSeconds - before) / Double(seconds)
    report("following", "\(fixed(100 * share, 2)) % of one core")
    report("frames a second", fixed(Double(bytes.values.count) / Double(seconds), 1))
    report("bytes of a frame, median", fixed(bytes.median, 0))
    report("memory", program.memory.text)
    program.settle(quietFor: 2)
    let idle = DashboardBenchmark.idleShare(of: program)
    report("nothing changes", "\(fixed(100 * idle, 3)) % of one core")
    program.quit()
    writer.close(now: MonotonicClock.now())
  }

  /// Both train as fast as they can, and write a trace.
  private static func slowdown() throws {
    let few = 200
    guard let brief = try training(steps: few, isWatched: false) else { return }
    let steps = max(few, Int(2 * Double(few) / brief.seconds))
    var (watched, headless, shares) = (Samples(), Samples(), Samples())
    for round in 0..<rounds {
      // Whoever comes first has no advantage.
      for isWatched in round % 2 == 0 ? [true, false] : [false, true] {
        guard let run = try training(steps: steps, isWatched: isWatched) else { return }
        guard isWatched else {
          headless.values.append(run.seconds)
          continue
        }
        watched.values.append(run.seconds)
        shares.values.append(run.share)
      }
    }
    report("a step", "\(fixed(headless.median / Double(steps) * 1e6, 1)) µs")
    report("with a dashboard", "\(fixed(100 * (watched.ratio(to: headless) - 1), 1)) % slower")
    report("the dashboard's thread", "\(fixed(100 * shares.median, 1)) % of one core")
  }

  /// Seconds that so many steps take, by what the program tells at its end, and the share of one core
  /// that the dashboard takes of them.
  private static func training(
    steps: Int, isWatched: Bool
  ) throws -> (seconds: Double, share: Double)? {
    let path = TemporaryFile.path("run.mcap")
    defer { TemporaryFile.remove(path) }
    let arguments = [
      "run", "--steps", "\(steps)", "--threads", "\(Subject.threads)", "--trace", path,
    ]
    guard
      let program = try WatchedProgram(
        "gradtop", arguments + (isWatched ? [] : ["--headless", "--quiet"]))
    else { return nil }
    let before = program.firstThreadSeconds
    if isWatched { program.settle(quietFor: 0.5) }
    let watching = program.firstThreadSeconds - before
    program.quit()
    let text = String(decoding: program.tail, as: UTF8.self)
    guard let place = text.range(of: "seconds: ", options: .backwards),
      let seconds = Double(text[place.upperBound...].prefix { $0.isNumber || $0 == "." })
    else { return nil }
    return (seconds, watching / seconds)
  }
}
