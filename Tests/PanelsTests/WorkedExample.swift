import Panels
import TraceFormat
import TraceSession

/// L = (w x + b)² at x = 2, w = 3, b = 1, as the seed's example has it, with what a walk records.
enum WorkedExample {
  static func graph() -> Graph {
    var graph = Graph()
    graph.nodes = [
      node(0, "x", "Parameter"), node(1, "w", "Parameter"), node(2, "b", "Parameter"),
      node(3, "wx", "Mul", "y = a · b", "∂a = ∂y · b, ∂b = ∂y · a", inputs: [1, 0]),
      node(4, "y", "Add", "y = a + b", "∂a = ∂y, ∂b = ∂y", inputs: [3, 2]),
      node(5, "L", "Pow", "y = x^2", "∂x = ∂y · 2 x^(2-1)", inputs: [4]),
      node(6, "loss", "Sum", "y = Σ x", "∂x = ∂y", inputs: [5]),
    ]
    graph.layers = graph.nodes.map { node in
      var layer = Graph.Layer()
      (layer.path, layer.kind, layer.isLoss) = (node.layer, node.kind, node.name == "loss")
      return layer
    }
    return graph
  }

  /// The messages of backward, in the order in which they move.
  static func details(step: UInt64 = 0) -> [Detail] {
    [
      detail(step, 7, 6, upstream: ("loss", 1), outgoing: [("L", 1)], inputs: [("L", 49)]),
      detail(step, 8, 5, upstream: ("L", 1), outgoing: [("y", 14)], inputs: [("y", 7)]),
      detail(
        step, 9, 4, upstream: ("y", 14), outgoing: [("wx", 14), ("b", 14)],
        inputs: [("wx", 6), ("b", 1)]),
      detail(
        step, 10, 3, upstream: ("wx", 14), outgoing: [("w", 28), ("x", 42)],
        inputs: [("w", 3), ("x", 2)]),
    ]
  }

  static func scene(_ details: [Detail], producer: Scene.Producer) -> Scene {
    var snapshot = Snapshot(graph: GraphIndex(graph()), details: details)
    snapshot.run = Run()
    snapshot.run?.name = "worked-example"
    return Scene(snapshot, producer: producer)
  }

  private static func node(
    _ id: UInt32, _ name: String, _ kind: String, _ rule: String = "", _ backward: String = "",
    inputs: [UInt32] = []
  ) -> Graph.Node {
    var node = Graph.Node()
    (node.id, node.name, node.kind, node.layer) = (id, name, kind, name)
    (node.rule, node.backwardRule, node.inputs) = (rule, backward, inputs)
    return node
  }

  private static func detail(
    _ step: UInt64, _ row: UInt32, _ node: UInt32, upstream: (String, Float),
    outgoing: [(String, Float)], inputs: [(String, Float)]
  ) -> Detail {
    var detail = Detail()
    (detail.step, detail.row, detail.node, detail.phase) = (step, row, node, .backward)
    detail.upstream = tensor(upstream)
    detail.outgoing = outgoing.map(tensor)
    detail.inputs = inputs.map(tensor)
    return detail
  }

  private static func tensor(_ it: (String, Float)) -> Detail.Tensor {
    var tensor = Detail.Tensor()
    (tensor.name, tensor.norm, tensor.values) = (it.0, Double(it.1), [it.1])
    return tensor
  }
}
