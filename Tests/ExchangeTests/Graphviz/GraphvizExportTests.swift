import Testing
import TraceFormat

@testable import Exchange

@Suite struct GraphvizExportTests {
  private func text(_ graph: Graph, steps: [Step]) throws -> String {
    let sink = MemorySink()
    _ = try GraphvizExport().write(SampleTrace.source(graph: graph, steps: steps), to: sink)
    return sink.text
  }

  @Test func drawsTheNetworkWithMeanTimes() throws {
    var graph = SampleTrace.graph
    graph.nodes[1].inputs = [0]
    graph.nodes[2].inputs = [1]
    #expect(
      try text(graph, steps: [SampleTrace.first, SampleTrace.second]) == """
        digraph "tiny" {
          node [shape=box, style="rounded,filled", fontname="sans-serif"];
          n0 [label="fc1\\nLinear → [4, 4]\\nforward 1.5 µs · backward 1.5 µs", \
        fillcolor="0.05 1.0 1.0"];
          n1 [label="relu.1\\nReLU → [4, 4]\\nsaves 64 bytes", fillcolor="0.05 0.0 1.0"];
          n2 [label="loss\\nMSELoss → [1]\\nforward 0.1 µs · backward 0.1 µs\\nsaves 64 bytes", \
        fillcolor="0.05 0.037 1.0"];
          n0 -> n1;
          n1 -> n2;
        }

        """)
  }

  @Test func framesContainers() throws {
    var graph = SampleTrace.graph
    var container = SampleTrace.layer("block", "Residual")
    container.isContainer = true
    graph.layers.insert(container, at: 0)
    graph.nodes[0].layer = "block/fc1"
    graph.nodes[1].layer = "block/relu.1"
    let lines = try text(graph, steps: []).split(separator: "\n").map(String.init)
    #expect(lines[2] == "  subgraph cluster_1 {")
    #expect(lines[3] == "    label=\"block\";")
    #expect(lines[4].hasPrefix("    n0 [") && lines[5].hasPrefix("    n1 ["))
    #expect(lines[6] == "  }")
    #expect(lines[7].hasPrefix("  n2 ["))
  }

  @Test func namesAreEscaped() throws {
    var graph = SampleTrace.graph
    graph.nodes[0].name = "a\"b\\c\nd"
    #expect(try text(graph, steps: []).contains("n0 [label=\"a\\\"b\\\\c d\\n"))
  }

  @Test func aTraceWithoutNetworkIsAnEmptyGraph() throws {
    #expect(try text(Graph(), steps: []).hasSuffix("];\n}\n"))
  }
}
