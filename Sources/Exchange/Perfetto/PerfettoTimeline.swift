import TraceFormat
import TraceSession

/// Steps as slices and counters, in the order of time that an incremental clock asks for.
final class PerfettoTimeline {
  private enum Track {
    static let process: UInt64 = 1
    static let steps: UInt64 = 2
    static let phases: UInt64 = 3
    static let ops: UInt64 = 4
    static let firstCounter: UInt64 = 16
  }

  /// Something at a moment.
  private enum Moment {
    case begin(String, String, track: UInt64, flow: UInt64?)
    case end(track: UInt64)
    case bytes(UInt64, track: UInt64)
    case value(Double, track: UInt64)
  }

  private let packets: PerfettoPackets
  private var isBegun = false
  private var origin: UInt64 = 0
  private var end: UInt64 = 0
  private var lastFlow: UInt64 = 0
  private var counters: [String: UInt64] = [:]

  init(_ packets: PerfettoPackets) {
    self.packets = packets
  }

  /// Starts the clock and declares the tracks, once.
  func begin(_ run: Run) {
    guard !isBegun else { return }
    isBegun = true
    origin = run.monotonicOrigin
    packets.start(at: origin)
    let name = run.name.isEmpty ? "gradtop" : "gradtop \(run.name)"
    packets.declare(track: Track.process, name, process: name)
    packets.declare(track: Track.steps, "steps", parent: Track.process, rank: 1)
    packets.declare(track: Track.phases, "phases", parent: Track.process, rank: 2)
    packets.declare(track: Track.ops, "ops", parent: Track.process, rank: 3)
  }

  func add(_ step: Step, _ graph: GraphIndex) {
    begin(Run())
    let timeline = StepTimeline(step, notBefore: end)
    end = timeline.step.end
    var moments: [(time: UInt64, moment: Moment)] = []
    func slice(
      _ time: StepTimeline.Slice, _ name: String, _ category: String, _ track: UInt64,
      flow: UInt64? = nil
    ) {
      moments.append((time.start, .begin(name, category, track: track, flow: flow)))
      moments.append((time.end, .end(track: track)))
    }
    for counter in StepTimeline.scalars(of: step) {
      let track = track(of: "\(counter.name)")
      moments.append((timeline.step.start, .value(counter.value, track: track)))
    }
    slice(timeline.step, "step \(step.index)", "step", Track.steps)
    for span in timeline.phases { slice(span.time, span.phase, "phase", Track.phases) }
    let flows = flows(of: timeline)
    for op in timeline.ops {
      slice(
        op.time, graph.name(ofNode: op.node), op.phase, Track.ops, flow: flows[op.row])
      guard let row = step.memory.row(ofOp: op.row) else { continue }
      for (name, column) in step.memory.categories where row < column.count {
        let track = track(of: "\(name)", isBytes: true)
        moments.append((op.time.end, .bytes(column[row], track: track)))
      }
    }
    emit(moments)
  }

  /// In the order of time; what was noted first comes first, so that of two neighbours the first ends
  /// before the second begins.
  private func emit(_ moments: [(time: UInt64, moment: Moment)]) {
    let order = moments.indices.sorted {
      (moments[$0].time, $0) < (moments[$1].time, $1)
    }
    for index in order {
      let time = origin &+ moments[index].time
      switch moments[index].moment {
      case .begin(let name, let category, let track, let flow):
        packets.begin(name, category, track: track, at: time, flow: flow)
      case .end(let track): packets.end(track: track, at: time)
      case .bytes(let value, let track): packets.count(value, track: track, at: time)
      case .value(let value, let track): packets.count(value, track: track, at: time)
      }
    }
  }

  /// A flow for each row whose node runs forward and backward in the step.
  private func flows(of timeline: StepTimeline) -> [Int: UInt64] {
    var forward: [UInt32: Int] = [:]
    var flows: [Int: UInt64] = [:]
    for op in timeline.ops {
      if op.phase == Phase.forward.name {
        forward[op.node] = forward[op.node] ?? op.row
      } else if op.phase == Phase.backward.name, let row = forward.removeValue(forKey: op.node) {
        lastFlow += 1
        (flows[row], flows[op.row]) = (lastFlow, lastFlow)
      }
    }
    return flows
  }

  private func track(of counter: String, isBytes: Bool = false) -> UInt64 {
    if let track = counters[counter] { return track }
    let track = Track.firstCounter + UInt64(counters.count)
    counters[counter] = track
    packets.declare(
      track: track, counter, parent: Track.process, rank: track, counterUnit: isBytes ? 3 : 2)
    return track
  }
}
