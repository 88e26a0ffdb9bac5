internal import Autodiff

/// Times of the ops of a few steps, of which the medians are taken.
struct StepTimes {
  /// Steps that are measured before a plan is made of them.
  static let steps = 5

  private var forward: [[Double]]
  private var backward: [[Double]]
  private var rest: [Double] = []
  private(set) var count = 0

  init(_ plan: Plan) {
    forward = Array(repeating: [], count: plan.network.nodes.count)
    backward = forward
  }

  /// Adds a step whose ops ran from `times[2 row]` to `times[2 row + 1]`.
  mutating func add(
    _ times: UnsafeMutablePointer<UInt64>, of plan: Plan, phases: PhaseTimes
  ) {
    for (index, row) in plan.rows.enumerated() {
      let duration = Double(times[2 * index + 1] &- times[2 * index])
      switch row.phase {
      case .forward, .recompute: forward[row.node.index].append(duration)
      case .backward: backward[row.node.index].append(duration)
      case .optimizer: break
      }
    }
    rest.append(Double(phases.data + phases.optimizer))
    count += 1
  }

  /// Nanoseconds of one forward, by node.
  var forwardTimes: [Double?] { forward.map(Self.median) }

  /// Nanoseconds of one backward, by node.
  var backwardTimes: [Double?] { backward.map(Self.median) }

  /// Nanoseconds of data and update.
  var fixedTime: Double { Self.median(rest) ?? 0 }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
