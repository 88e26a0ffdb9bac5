import Screen
import Testing
import TraceFormat
import TraceSession

@testable import Panels

@Suite struct LayerPageTests {
  /// The lines of the page of a layer with one node.
  private func page(_ node: Graph.Node) -> [String] {
    var graph = Graph()
    var layer = Graph.Layer()
    (layer.path, layer.kind) = ("fc", "Linear")
    graph.layers = [layer]
    graph.nodes = [node]
    graph.nodes[0].layer = layer.path
    var canvas = Canvas(width: 120, height: 24)
    LayerPage(layer: layer).draw(
      Scene(Snapshot(graph: GraphIndex(graph))), on: &canvas,
      in: Rect(x: 0, y: 0, width: 120, height: 24))
    return canvas.lines()
  }

  @Test func ofAProfileItTellsTheShapesOfWhatGoesInAndOut() {
    var node = Graph.Node()
    (node.shape, node.dtype) = ([16, 4], "bfloat16")
    node.operands = [
      Graph.Operand(shape: [16, 8], dtype: "bfloat16"),
      Graph.Operand(shape: [4, 8], dtype: "int8"),
    ]
    let lines = page(node)
    #expect(lines.contains { $0.contains("takes") && $0.contains("[16, 8] bfloat16, [4, 8] int8") })
    #expect(lines.contains { $0.contains("gives") && $0.contains("[16, 4] bfloat16") })
  }

  @Test func withoutShapesItDoesNotTellWhatTheLayerGives() {
    var node = Graph.Node()
    node.dtype = ""
    #expect(!page(node).contains { $0.contains("gives") })
  }
}
