import Autodiff
import TraceFormat
import Training

/// What recording costs: the same training without a trace, with times of steps alone, without outputs
/// but at the first step and the last, in the automatic mode, with every column at every step.
enum RecordingBenchmark {
  private static let rounds = 7
  /// Seconds of one training, at least and at most.
  private static let length = (least: 0.4, most: 3.0)

  private enum Mode: CaseIterable {
    case off, bare, sparse, automatic, everything
  }

  static func run(_ names: [String]) throws {
    print("the same training without a trace and with one, medians of \(rounds) rounds")
    let titles = [
      "model", "ms a step", "bare", "no outputs", "auto", "every 1", "ns an op", "bytes/step",
    ]
    print("  " + titles.map { padded($0) }.joined())
    for name in names {
      guard var subject = try Subject(name) else { continue }
      let steps = try steps(name, time: subject.time(20) / 20)
      var samples = Mode.allCases.map { _ in Samples() }
      var bytes = 0
      for round in 0...rounds {
        // Each round begins with another, so that none always comes after the same.
        for turn in Mode.allCases.indices {
          let index = (turn + round) % Mode.allCases.count
          let seconds = try seconds(name, steps, Mode.allCases[index], &bytes)
          // The first warms up.
          if round > 0 { samples[index].values.append(seconds) }
        }
      }
      let step = samples[0].median / Double(steps)
      let ratios = samples.dropFirst().map { $0.ratio(to: samples[0]) }
      let ops = Double(subject.model.executor.plan.rows.count)
      let cells =
        [name, fixed(step * 1e3, 4)] + ratios.map { fixed($0, 3) } + [
          fixed((ratios[2] - ratios[0]) * step / ops * 1e9, 1),
          fixed(Double(bytes) / Double(steps), 0),
        ]
      print("  " + cells.map { padded($0) }.joined())
    }
  }

  /// So many that the first and the last step, which are always measured, hardly count.
  private static func steps(_ name: String, time: Double) throws -> Int {
    guard var subject = try Subject(name, steps: 1) else { return 0 }
    let every = subject.trainer.run(recording: RecordingOptions(output: MemoryOutput())).normsEvery
    return max(20, Int(length.least / time), min(4 * every, Int(length.most / time)))
  }

  private static func padded(_ cell: String) -> String {
    cell + String(repeating: " ", count: max(1, 11 - cell.count))
  }

  private static func seconds(
    _ name: String, _ steps: Int, _ mode: Mode, _ bytes: inout Int
  ) throws -> Double {
    guard var subject = try Subject(name, steps: steps) else { return .nan }
    guard mode != .off else { return subject.trainer.run(recording: nil).seconds }
    let output = MemoryOutput()
    var recording = RecordingOptions(output: output)
    recording.isInstrumented = mode != .bare
    switch mode {
    case .everything: recording.normsEvery = 1
    // The first step and the last.
    case .sparse: recording.normsEvery = 1_000_000
    case .off, .bare, .automatic: break
    }
    let outcome = subject.trainer.run(recording: recording)
    if mode == .automatic { bytes = output.bytes.count }
    return outcome.seconds
  }
}
