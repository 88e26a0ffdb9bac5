internal import Autodiff

/// Times of the ops of a few steps, of which the medians are taken.
struct StepTimes {
  /// Steps that are measured before a plan is made of them.
  static let steps = 5

  private var forward: [[Double]]
  private var backward: [[Double]]
  private var rest: [Double] = []
  private var whole: [Double] = []
  private let plan: Plan
  private(set) var count = 0

  init(_ plan: Plan) {
    forward = Array(repeating: [], count: plan.network.nodes.count)
    backward = forward
    self.plan = plan
  }

  /// Adds a step whose ops ran from `times[2 row]` to `times[2 row + 1]`.
  mutating func add(
    _ times: UnsafeMutablePointer<UInt64>, phases: PhaseTimes
  ) {
    for (index, row) in plan.rows.enumerated() {
      let duration = Double(times[2 * index + 1] &- times[2 * index])
      // The nodes of a chain could run apart: each gets its share.
      let nodes = plan.isInChain[row.node.index] ? row.nodes : [row.node]
      let share = duration / Double(max(1, nodes.count))
      for node in nodes {
        switch row.phase {
        case .forward, .recompute: forward[node.index].append(share)
        case .backward: backward[node.index].append(share)
        case .optimizer, .offloadOut, .offloadIn: break
        }
      }
    }
    rest.append(
      Double(phases.data + phases.optimizer + phases.offloadOut + phases.offloadIn))
    whole.append(
      Double(
        phases.data + phases.forward + phases.recompute + phases.backward + phases.optimizer
          + phases.offloadOut + phases.offloadIn))
    count += 1
  }

  /// Nanoseconds of one forward, by node.
  var forwardTimes: [Double?] { forward.map(Self.median) }

  /// Nanoseconds of one backward, by node.
  var backwardTimes: [Double?] { backward.map(Self.median) }

  /// Nanoseconds of data and update.
  var fixedTime: Double { Self.median(rest) ?? 0 }

  /// How much longer a step takes than the medians of its ops together.
  var factor: Double {
    let parts = plan.rows.reduce(fixedTime) { sum, row in
      switch row.phase {
      case .forward, .recompute: sum + (Self.median(forward[row.node.index]) ?? 0)
      case .backward: sum + (Self.median(backward[row.node.index]) ?? 0)
      case .optimizer, .offloadOut, .offloadIn: sum
      }
    }
    return parts > 0 ? (Self.median(whole) ?? parts) / parts : 1
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
