import TraceFormat
import TraceSession

/// What the nodes of a layer did, over all steps.
struct LayerWork {
  /// How often forward ran, all steps together; nil where it was not measured.
  private(set) var calls: UInt64?
  /// Nanoseconds of a step on average; nil where none was measured.
  private(set) var forwardTime: Double?
  /// Nanoseconds of a step on average; nil where none was measured.
  private(set) var backwardTime: Double?
  /// FLOPs per nanosecond, of forward and backward together.
  private(set) var gigaflops: Double?

  /// The work of the layer at `path`.
  init(of path: String, _ measures: OpMeasures) {
    var times: [Phase: UInt64] = [:]
    var flops = 0.0
    for part in measures.parts {
      var most: UInt64?
      for node in part.graph.nodes(ofLayer: path) {
        let forward = part.calls(of: node, in: .forward)
        let backward = part.calls(of: node, in: .backward)
        if let forward { most = max(most ?? 0, forward) }
        flops += Double(node.forwardFlops) * Double(forward ?? 0)
        flops += Double(node.backwardFlops) * Double(backward ?? 0)
        for phase in [Phase.forward, .backward] {
          guard let total = part.totals.total(of: node.id, in: phase) else { continue }
          times[phase, default: 0] &+= total.totalTime
        }
      }
      if let most { calls = (calls ?? 0) &+ most }
    }
    let steps = Double(measures.steps)
    forwardTime = times[.forward].map { Double($0) / steps }
    backwardTime = times[.backward].map { Double($0) / steps }
    let time = times.values.reduce(0, &+)
    if time > 0 { gigaflops = Exchange.gigaflops(flops, in: time) }
  }

  /// How many times longer backward took.
  var backwardOverForward: Double? {
    guard let forwardTime, let backwardTime, forwardTime > 0 else { return nil }
    return backwardTime / forwardTime
  }
}

extension OpMeasures.Part {
  /// How often `node` ran: where its time went to another node of its fusion, as often as that one.
  fileprivate func calls(of node: Graph.Node, in phase: Phase) -> UInt64? {
    totals.total(of: node.id, in: phase)?.calls
      ?? node.fusedWith.compactMap { totals.total(of: $0, in: phase)?.calls }.max()
  }
}
