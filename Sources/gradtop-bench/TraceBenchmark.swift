import Autodiff
import TraceFormat
import Training

/// What a trace costs: bytes of an op's event, and the writing thread's time.
enum TraceBenchmark {
  private static let steps = 2000

  static func run() throws {
    print("trace of the embedded model, \(steps) steps")
    try reportSizes()
    print("writing thread, steps of 200 ops, all columns of ops and memory")
    let seconds = median { writeSteps(2000) } / 2000
    report("encode, compress, append", "\(fixed(seconds * 1e6, 1)) µs a step")
    report("at 1,000 steps a second", "\(fixed(seconds * 1e5, 1)) % of one core")
  }

  private static func reportSizes() throws {
    var digits = try Subject.digits(steps: steps)
    let output = MemoryOutput()
    _ = digits.trainer.run(recording: RecordingOptions(output: output))
    let feed = TraceFeed(queueLimit: .max)
    output.bytes.withUnsafeBytes { feed.append($0, at: 0) }
    var (recorded, events) = ([Step](), 0)
    while true {
      let items = feed.poll(limit: 64)
      if items.isEmpty { break }
      for case .step(let step, _) in items {
        recorded.append(step)
        events += step.ops.node.count
      }
    }
    let bare = bytes(recorded) { _ in Step() }
    let ops = bytes(recorded) { step in
      var only = Step()
      only.ops = step.ops
      return only
    }
    report("op columns", "\(fixed(Double(ops - bare) / Double(events), 2)) bytes an event")
    report("whole file", "\(fixed(Double(output.bytes.count) / Double(steps), 0)) bytes a step")
    let withoutLevels = bytes(recorded) { $0 }
    report(
      "of which levels", "\(fixed(Double(output.bytes.count - withoutLevels) / Double(steps), 0))")
  }

  /// Bytes of a trace of what `part` leaves of each step, without levels.
  private static func bytes(_ steps: [Step], _ part: (Step) -> Step) -> Int {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.writesLevels = false
    let writer = TraceWriter(output: output, run: Run(), options: options)
    for step in steps {
      var kept = part(step)
      (kept.index, kept.start, kept.duration) = (step.index, step.start, step.duration)
      writer.write(step: kept, now: 0)
    }
    writer.close(now: 0)
    return output.bytes.count
  }

  /// Seconds that writing so many steps takes.
  private static func writeSteps(_ count: Int) -> Double {
    let output = MemoryOutput()
    let writer = TraceWriter(output: output, run: Run())
    var generator = SyntheticSteps(ops: 200)
    let steps = (0..<64).map { generator.step(UInt64($0)) }
    let start = MonotonicClock.now()
    for index in 0..<count {
      var step = steps[index % steps.count]
      step.index = UInt64(index)
      // A hundred steps are what comes in 100 ms.
      writer.write(step: step, now: UInt64(index) * 1_000_000)
    }
    writer.close(now: 0)
    return Double(MonotonicClock.now() - start) / 1e9
  }

  private static func median(_ measure: () -> Double) -> Double {
    Samples(values: (0..<5).map { _ in measure() }).median
  }
}

/// Steps with times that jitter as those of real ops do, and everything else as it is in each step.
struct SyntheticSteps {
  private var template = Step()
  private var state: UInt64 = 1

  init(ops count: Int) {
    for row in 0..<count {
      let isForward = row < count / 2
      template.ops.node.append(UInt32(isForward ? row : count - 1 - row))
      template.ops.phase.append(isForward ? 0 : 2)
      template.ops.gap.append(60)
      template.ops.duration.append(0)
      template.ops.savedBytes.append(isForward ? 8192 : 0)
      template.ops.freedBytes.append(isForward ? 0 : 8192)
      template.memory.row.append(UInt32(row))
      template.memory.activation.append(UInt64(8192 * min(row, count - row)))
      template.memory.parameter.append(1 << 20)
    }
    (template.graph, template.samples, template.loss) = (1, 64, 1)
  }

  mutating func step(_ index: UInt64) -> Step {
    var step = template
    step.index = index
    (step.start, step.duration) = (index * 1_000_000, 900_000)
    step.loss = 1 / Double(index + 1)
    for row in step.ops.duration.indices {
      let typical = UInt64(2000 + 37 * (Int(step.ops.node[row]) * 13 % 101))
      step.ops.duration[row] = typical + random() % (typical / 8)
      step.ops.gap[row] = 40 + random() % 50
    }
    return step
  }

  private mutating func random() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
