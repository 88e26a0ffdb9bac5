import Autodiff
import Glibc
import Training

/// A step of each model in gradtop and in whatever else is installed, turn by turn, so that a noisy
/// machine is as noisy for all.
enum StepBenchmark {
  private static let rounds = 9
  /// Seconds of one turn.
  private static let turn = 0.15

  static func run(_ names: [String]) throws {
    print(
      "milliseconds a step\(Subject.countsProcessorTime ? " of the processor" : ""), "
        + "\(Subject.threads) threads, medians of \(rounds) rounds; ratio: gradtop's over"
    )
    print("the fastest other's, round by round; arena: over the largest sum of live bytes")
    print(row(["model", "gradtop", "eager", "fused", "compile", "JAX", "ratio", "arena"]))
    var ratios: [Double] = []
    for name in names {
      guard let subject = try Subject(name) else {
        print(row([name, "no traces/\(name).json"]))
        continue
      }
      if let ratio = try compare(subject) { ratios.append(ratio) }
    }
    guard !ratios.isEmpty else { return }
    let mean = exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    print(
      "geometric mean of the ratios: \(fixed(mean, 2)), largest: \(fixed(ratios.max() ?? 0, 2))")
  }

  /// Bytes kept for backward, beside what PyTorch's autograd keeps.
  static func memory(_ names: [String]) throws {
    print("bytes of a step, parameters left out of what is kept")
    print(row(["model", "arena", "bound", "arena/b.", "kept", "PyTorch", "ratio"]))
    for name in names {
      guard let subject = try Subject(name) else { continue }
      let plan = subject.model.executor.plan
      let kept = Double(subject.savedBytes)
      var cells = [
        name, "\(plan.arenaBytes)", "\(plan.arenaLowerBound)",
        fixed(Double(plan.arenaBytes) / Double(plan.arenaLowerBound), 3), fixed(kept, 0),
      ]
      if let peer = try Peer(.torch, subject), let theirs = try peer.time("saved", 1) {
        cells += [fixed(theirs, 0), fixed(kept / theirs, 2)]
      }
      print(row(cells))
    }
  }

  private static func compare(_ start: Subject) throws -> Double? {
    var subject = start
    var others: [(title: String, peer: Peer, kind: String, times: Samples)] = []
    for framework in Peer.Framework.allCases {
      guard let peer = try Peer(framework, subject) else { continue }
      for (kind, title) in framework.kinds where try peer.time(kind, 3) != nil {
        others.append((title, peer, kind, Samples()))
      }
    }
    let steps = max(1, min(5000, Int(turn / (subject.time(20) / 20))))
    var ours = Samples()
    for round in 0...rounds {
      let time = subject.time(steps) / Double(steps)
      if round > 0 { ours.values.append(time) }
      for index in others.indices {
        let theirs = others[index]
        let slower = max(1, others[index].times.median / ours.median)
        let count = max(1, slower.isFinite ? Int(Double(steps) / slower) : min(steps, 50))
        let time = try (theirs.peer.time(theirs.kind, count) ?? .nan) / Double(count)
        // The first round warms up.
        if round > 0 { others[index].times.values.append(time) }
      }
    }
    let fastest = others.min { $0.times.median < $1.times.median }
    let ratio = fastest.map { ours.ratio(to: $0.times) }
    let plan = subject.model.executor.plan
    let cells = ["eager", "fused", "compile", "JAX"].map { title in
      others.first { $0.title == title }.map { milliseconds($0.times) } ?? "-"
    }
    print(
      row(
        [subject.name, milliseconds(ours)] + cells + [
          ratio.map { fixed($0, 2) } ?? "-",
          fixed(Double(plan.arenaBytes) / Double(plan.arenaLowerBound), 3),
        ]))
    return ratio
  }

  private static func milliseconds(_ samples: Samples) -> String { fixed(samples.median * 1e3, 4) }

  private static func row(_ cells: [String]) -> String {
    // Rows come minutes apart.
    fflush(nil)
    return "  " + cells.map { $0 + String(repeating: " ", count: max(1, 11 - $0.count)) }.joined()
  }
}
