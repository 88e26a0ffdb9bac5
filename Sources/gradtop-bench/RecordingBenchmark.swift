import TraceFormat
import Training

/// What recording costs: the same training without a trace, with times of steps alone, with all.
enum RecordingBenchmark {
  private static let rounds = 9
  private static let steps = 600

  static func run() throws {
    print("training of the embedded model, \(steps) steps, median of \(rounds) rounds")
    var (off, bare, full) = (Samples(), Samples(), Samples())
    var bytes = 0
    for round in 0...rounds {
      let times = try (seconds(nil), seconds(false), seconds(true, bytes: &bytes))
      // The first warms up.
      guard round > 0 else { continue }
      off.values.append(times.0)
      bare.values.append(times.1)
      full.values.append(times.2)
    }
    report("no trace", "\(fixed(off.median / Double(steps) * 1e3, 3)) ms a step")
    report("--no-instrument", "\(fixed(bare.ratio(to: off), 3)) times that")
    report("recorded", "\(fixed(full.ratio(to: off), 3)) times that")
    report("trace", "\(fixed(Double(bytes) / Double(steps), 0)) bytes a step")
  }

  private static func seconds(_ isInstrumented: Bool?) throws -> Double {
    var bytes = 0
    return try seconds(isInstrumented, bytes: &bytes)
  }

  private static func seconds(_ isInstrumented: Bool?, bytes: inout Int) throws -> Double {
    var digits = try Digits(steps: steps)
    guard let isInstrumented else { return digits.trainer.run(recording: nil).seconds }
    let output = MemoryOutput()
    var recording = RecordingOptions(output: output)
    recording.isInstrumented = isInstrumented
    let outcome = digits.trainer.run(recording: recording)
    bytes = output.bytes.count
    return outcome.seconds
  }
}
