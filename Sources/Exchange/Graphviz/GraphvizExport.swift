public import TraceFormat
import TraceSession

/// The network as a Graphviz graph, for `dot -Tsvg`.
///
/// A box for each node with kind, output shape, time forward and backward, and bytes saved for
/// backward; the redder, the longer it took. A frame for each container. Edges carry
/// activations.
///
/// Source: the DOT language, graphviz.org/doc/info/lang.html.
public struct GraphvizExport: TraceExport {
  /// The steps whose mean times are shown; nil: all.
  public var steps: ClosedRange<UInt64>?

  /// An export with the times of `steps`.
  public init(steps: ClosedRange<UInt64>? = nil) {
    self.steps = steps
  }

  /// Writes the network that was last in force.
  ///
  /// - Throws: `ExportError` where the sink takes no more.
  public func write(
    _ source: any TraceSource, to sink: any ByteSink
  ) throws(ExportError) -> ExportSummary {
    var name = "gradtop"
    var (network, force) = (GraphIndex(), GraphIndex())
    var totals = OpTotals()
    let summary = try walk(
      source,
      note: { item in
        switch item {
        case .run(let run): name = run.name
        case .graph(let graph): network = GraphIndex(graph)
        default: break
        }
      },
      add: { step, graph in
        // Ids mean something else in another graph.
        if force.graph.id != graph.graph.id { totals = OpTotals() }
        force = graph
        totals.add(step)
      })
    let text = TextWriter(sink)
    let drawn = force.graph.nodes.isEmpty ? network : force
    GraphvizDrawing(graph: drawn, totals: totals).draw(name, to: text)
    try text.flush()
    return summary
  }
}
