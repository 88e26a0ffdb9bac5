internal import TraceFormat
internal import TraceSession

/// What is known of a layer, or of all layers of a module together.
struct LayerFigures: Sendable {
  var parameters = 0.0
  /// Mean nanoseconds of a step; nil where none was measured.
  var forward: Double?
  var backward: Double?
  /// The layer in whose kernel it runs, so that no time of its own can be measured; nil: it has its own.
  var host: String?
  var forwardFlops = 0.0
  var backwardFlops = 0.0
  var savedBytes = 0.0
  /// L2 norm of ∂L/∂output, as measured last.
  var gradNorm: Double?
  /// Root mean square of ∂L/∂output.
  var gradRMS: Double?
  /// `gradNorm` over the run.
  var history: Series?
  /// The greatest update norm / weight norm of its parameters at the cursor.
  var updateRatio: Double?

  /// Figures of `layers`, which stand in the graph's order: the output is that of the last.
  init(_ layers: [Graph.Layer], _ snapshot: Snapshot, _ rms: [UInt32: Double]) {
    let graph = snapshot.graph
    for layer in layers {
      parameters += Double(graph.parameterCount(ofLayer: layer.path))
      savedBytes += Double(graph.savedBytes(ofLayer: layer.path))
      for node in graph.nodes(ofLayer: layer.path) {
        forward = Self.sum(forward, Self.time(node.id, .forward, snapshot))
        backward = Self.sum(backward, Self.time(node.id, .backward, snapshot))
        forwardFlops += Double(node.forwardFlops)
        backwardFlops += Double(node.backwardFlops)
      }
      for parameter in graph.parameters(ofLayer: layer.path) {
        let ratio = snapshot.updateRatios[parameter.id]?.value(at: snapshot.cursor)
        if let ratio { updateRatio = max(updateRatio ?? 0, Double(ratio.mean)) }
      }
    }
    if forward == nil, backward == nil, layers.count == 1 {
      host = graph.host(ofLayer: layers[0].path)
    }
    guard let output = layers.last.flatMap({ graph.outputNode(ofLayer: $0.path) }) else { return }
    gradRMS = rms[output.id]
    gradNorm = gradRMS.map { $0 * Double(output.elements).squareRoot() }
    history = snapshot.outputGradNorms[output.id]
  }

  /// Backward over forward; nil where one was not measured.
  var ratio: Double? {
    guard let forward, let backward, forward > 0 else { return nil }
    return backward / forward
  }

  /// Mean nanoseconds that a node takes of a step in `phase`; nil where it never ran.
  static func time(_ node: UInt32, _ phase: Phase, _ snapshot: Snapshot) -> Double? {
    guard snapshot.totals.steps > 0, let total = snapshot.totals.total(of: node, in: phase)
    else { return nil }
    return Double(total.totalTime) / Double(snapshot.totals.steps)
  }

  private static func sum(_ a: Double?, _ b: Double?) -> Double? {
    guard let b else { return a }
    return (a ?? 0) + b
  }
}

extension GraphIndex {
  /// The layer in whose kernel all nodes of the layer at `path` run; nil where one has its own.
  func host(ofLayer path: String) -> String? {
    var host: String?
    for node in nodes(ofLayer: path) {
      // What is fused runs with a node before it.
      guard let first = node.fusedWith.filter({ $0 < node.id }).min(),
        let layer = self.node(first)?.layer, layer != path
      else { return nil }
      host = host ?? layer
    }
    return host
  }
}

extension Snapshot {
  /// Root mean square of ∂L/∂output by node, as measured last before the cursor.
  var outputRMS: [UInt32: Double] {
    guard let columns = activationStep?.activations else { return [:] }
    var values: [UInt32: Double] = [:]
    for (row, node) in columns.node.enumerated() where columns.isWhole(row) {
      if let rms = columns.measuredGradRMS(at: row) { values[node] = Double(rms) }
    }
    return values
  }

  /// Root mean square of ∂L/∂output of `node` by time step; empty where it is not unrolled.
  func outputRMSOverTime(of node: UInt32) -> [Double?] {
    guard let columns = activationStep?.activations else { return [] }
    var values: [Double?] = []
    for (row, id) in columns.node.enumerated() where id == node && !columns.isWhole(row) {
      let time = Int(columns.timeStep[row])
      // A damaged trace must not make us ask for gigabytes.
      guard time < 1 << 20 else { continue }
      while values.count <= time { values.append(nil) }
      values[time] = columns.measuredGradRMS(at: row).map { Double($0) }
    }
    return values
  }

  /// A row of the layer's nodes that is unrolled over time; nil where none is.
  func unrolledNode(ofLayer path: String) -> Graph.Node? {
    guard let columns = activationStep?.activations else { return nil }
    var unrolled: Set<UInt32> = []
    for (row, id) in columns.node.enumerated() where !columns.isWhole(row) { unrolled.insert(id) }
    return graph.nodes(ofLayer: path).last { unrolled.contains($0.id) }
  }
}
