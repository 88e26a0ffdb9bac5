import Autodiff
import Training

/// A step with products and activations in bfloat16 beside the same in float32, turn by turn.
enum PrecisionBenchmark {
  private static let rounds = 9
  /// Seconds of one turn.
  private static let turn = 0.15

  static func run(_ names: [String]) throws {
    let kernels = PlanOptions().storesBFloat16
    print(
      "milliseconds a step, medians of \(rounds) rounds; bf16 "
        + (kernels
          ? "by oneDNN's kernels" : "by rounding: this processor has no instruction for it")
    )
    let titles = ["model", "fp32", "bf16", "ratio", "arena", "kept"]
    print("  " + titles.map { padded($0) }.joined())
    for name in names {
      guard var single = try Subject(name), var half = try Subject(name, precision: .bfloat16)
      else { continue }
      let steps = max(1, min(5000, Int(turn / (single.time(20) / 20))))
      var (singles, halves) = (Samples(), Samples())
      for round in 0...rounds {
        let times = (single.time(steps) / Double(steps), half.time(steps) / Double(steps))
        // The first warms up.
        guard round > 0 else { continue }
        singles.values.append(times.0)
        halves.values.append(times.1)
      }
      let arenas = [half, single].map { Double($0.model.executor.plan.arenaBytes) }
      let kept = Double(half.savedBytes) / Double(single.savedBytes)
      let cells = [
        name, fixed(singles.median * 1e3, 4), fixed(halves.median * 1e3, 4),
        fixed(halves.ratio(to: singles), 2), fixed(arenas[0] / arenas[1], 2), fixed(kept, 2),
      ]
      print("  " + cells.map { padded($0) }.joined())
    }
  }

  private static func padded(_ cell: String) -> String {
    cell + String(repeating: " ", count: max(1, 11 - cell.count))
  }
}
