import Autodiff
import Training

/// What recording costs the training thread alone: an op's events, and looking at every output and
/// gradient as `--norms-every 1` does.
///
/// The same steps of one executor with and without, turn by turn, no writer beside them. The least of
/// many turns counts: other work of the machine only ever adds.
enum EventBenchmark {
  private static let rounds = 40

  static func run(_ names: [String]) throws {
    print("what the training thread pays for recording; the least of \(rounds) turns")
    print(row(["model", "ops", "ms a step", "ns an op", "every 1"]))
    for subject in try [chain()] + names.map({ try Subject($0) }) {
      guard var subject else { continue }
      try measure(&subject)
    }
  }

  /// Many ops that do next to nothing, so that their events are most of what there is.
  private static func chain() throws -> Subject? {
    try Subject(
      "chain",
      Array(
        """
        {"data": {"type": "teacher", "inputs": 4, "outputs": 4, "samples": 16},
         "model": [{"type": "Repeat", "times": 200, "body": [
           {"type": "Linear", "out_features": 4}, {"type": "LayerNorm"}]}],
         "loss": {"type": "MSELoss"}, "optimizer": {"type": "SGD", "lr": 0.001},
         "training": {"steps": 1, "batch_size": 2}}
        """.utf8))
  }

  private static func measure(_ subject: inout Subject) throws {
    let plan = subject.model.executor.plan
    let times = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * plan.rows.count)
    let outputs = UnsafeMutablePointer<OutputReading>.allocate(capacity: plan.readings.count)
    outputs.initialize(repeating: OutputReading(), count: plan.readings.count)
    defer {
      times.deallocate()
      outputs.deallocate()
    }
    var events = StepRecord()
    events.times = times
    var everything = events
    everything.outputs = outputs
    let records = [StepRecord(), events, everything]
    // A millisecond and more for each turn.
    let steps = max(1, Int(0.002 / (subject.time(5) / 5)))
    var least = records.map { _ in Double.infinity }
    for _ in 0..<rounds {
      for (index, record) in records.enumerated() {
        least[index] = min(least[index], subject.time(steps, record) / Double(steps))
      }
    }
    print(
      row([
        subject.name, "\(plan.rows.count)", fixed(least[0] * 1e3, 4),
        fixed((least[1] - least[0]) / Double(plan.rows.count) * 1e9, 1),
        fixed(least[2] / least[0], 3),
      ]))
  }

  private static func row(_ cells: [String]) -> String {
    "  " + cells.map { $0 + String(repeating: " ", count: max(1, 11 - $0.count)) }.joined()
  }
}
