import Diagnosis
import TraceFormat
import TraceSession

/// A row for each leaf layer of the model file, and one for the loss.
struct LayersTable: TableBuilder {
  static let columns = [
    "layer", "kind", "parameters", "calls", "forward_us", "backward_us", "backward_over_forward",
    "forward_flops", "backward_flops", "gflops", "saved_bytes", "grad_norm_first", "grad_norm_last",
    "grad_norm_min", "grad_norm_max", "fused_with", "findings",
  ]

  private var newest = GraphIndex()
  private var measures = OpMeasures()
  private var norms: [String: NormRange] = [:]
  private var judge = Judge()

  mutating func note(_ item: TraceItem) {
    judge.examine(item)
    if case .graph(let graph) = item { newest = GraphIndex(graph) }
  }

  mutating func add(_ step: Step, _ graph: GraphIndex, to rows: inout RowWriter) throws(ExportError)
  {
    measures.add(step, graph)
    let columns = step.activations
    for (row, id) in columns.node.enumerated() where columns.isWhole(row) {
      guard let rms = columns.measuredGradRMS(at: row),
        let layer = graph.layer(ofOutput: id), let norm = graph.norm(ofOutput: id, rms: rms)
      else { continue }
      norms[layer, default: NormRange(norm)].add(norm)
    }
  }

  mutating func finish(to rows: inout RowWriter) throws(ExportError) {
    let tellsFlops = newest.tellsFlops
    for layer in newest.leafLayers { try rows.write(row(of: layer, tellsFlops: tellsFlops)) }
  }

  private func row(of layer: Graph.Layer, tellsFlops: Bool) -> [Cell] {
    let path = layer.path
    let work = LayerWork(of: path, measures)
    let nodes = newest.nodes(ofLayer: path)
    let norms = norms[path]
    let rules = judge.findings(ofLayer: path).map(\.rule.rawValue)
    return [
      .text(path),
      .text(layer.kind),
      newest.tellsParameters ? Cell(newest.parameterCount(ofLayer: path)) : .empty,
      Cell(work.calls),
      Cell(work.forwardTime.map { $0 / 1e3 }),
      Cell(work.backwardTime.map { $0 / 1e3 }),
      Cell(work.backwardOverForward),
      tellsFlops ? Cell(nodes.reduce(0) { $0 &+ $1.forwardFlops } as UInt64) : .empty,
      tellsFlops ? Cell(nodes.reduce(0) { $0 &+ $1.backwardFlops } as UInt64) : .empty,
      tellsFlops ? Cell(work.gigaflops) : .empty,
      newest.tellsSavedBytes ? Cell(newest.savedBytes(ofLayer: path)) : .empty,
      Cell(norms?.first),
      Cell(norms?.last),
      Cell(norms?.least),
      Cell(norms?.greatest),
      Cell(joined(newest.layersFused(with: path))),
      Cell(joined(rules.unique)),
    ]
  }

  private func joined(_ names: [String]) -> String? {
    names.isEmpty ? nil : names.joined(separator: ";")
  }
}

/// How a norm went over steps.
private struct NormRange {
  var first: Double
  var last: Double
  /// Of the values that are numbers.
  var least: Double
  /// Of the values that are numbers.
  var greatest: Double

  init(_ norm: Double) {
    (first, last, least, greatest) = (norm, norm, norm, norm)
  }

  mutating func add(_ norm: Double) {
    last = norm
    least = Double.minimum(least, norm)
    greatest = Double.maximum(greatest, norm)
  }
}

extension GraphIndex {
  /// The layer whose output the node with `id` makes; nil where it is an inner one.
  fileprivate func layer(ofOutput id: UInt32) -> String? {
    guard let layer = node(id)?.layer, outputNode(ofLayer: layer)?.id == id else { return nil }
    return layer
  }

  /// The other layers that have nodes in one kernel with nodes of the layer at `path`.
  fileprivate func layersFused(with path: String) -> [String] {
    nodes(ofLayer: path).flatMap(\.fusedWith).compactMap { node($0)?.layer }
      .filter { $0 != path }.unique
  }
}

extension [String] {
  /// Each once, where it first stands.
  fileprivate var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
