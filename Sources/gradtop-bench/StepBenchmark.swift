/// A step of the embedded model in gradtop and in PyTorch, turn by turn.
enum StepBenchmark {
  private static let rounds = 15
  private static let steps = 200

  static func run() throws {
    print("step of the embedded model, \(Digits.threads) threads, median of \(rounds) rounds")
    var digits = try Digits()
    _ = digits.time(steps)
    guard let peer = try Peer() else {
      let times = Samples(values: (0..<rounds).map { _ in digits.time(steps) })
      report("gradtop", "\(milliseconds(times)) ms")
      print("  PyTorch is not installed: pip install torch")
      return
    }
    for kind in ["plain", "fused"] { _ = try peer.time(kind, steps) }
    var (ours, plain, fused) = (Samples(), Samples(), Samples())
    for _ in 0..<rounds {
      ours.values.append(digits.time(steps))
      plain.values.append(try peer.time("plain", steps))
      fused.values.append(try peer.time("fused", steps))
    }
    report("gradtop", "\(milliseconds(ours)) ms")
    for (name, times) in [("eager", plain), ("eager, fused AdamW", fused)] {
      report(
        "PyTorch \(peer.version) \(name)",
        "\(milliseconds(times)) ms, \(fixed(times.ratio(to: ours), 2)) times gradtop's")
    }
  }

  private static func milliseconds(_ samples: Samples) -> String {
    fixed(samples.median / Double(steps) * 1e3, 3)
  }
}
