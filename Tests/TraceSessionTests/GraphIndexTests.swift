import Testing
import TraceFormat
import TraceSamples
import TraceSession

@Suite struct GraphIndexTests {
  private let graph = GraphIndex(TinyNetwork.graph())

  @Test func findsByID() {
    #expect(graph.node(1)?.name == "fc1.bias")
    #expect(graph.node(9) == nil)
    #expect(graph.position(ofNode: 3) == 3)
    #expect(graph.name(ofNode: 0) == "fc1.product")
    #expect(graph.name(ofNode: 9) == "#9")
    #expect(graph.tensor(1)?.bytes == 64)
    #expect(graph.parameter(1)?.name == "block.fc1.bias")
    #expect(graph.name(ofParameter: 7) == "#7")
    #expect(graph.elements(ofNode: 1) == 12)
  }

  @Test func leavesAreInTheModelsOrderWithTheLossLast() {
    #expect(graph.leafLayers.map(\.path) == ["block/fc1", "block/relu.1", "loss"])
    #expect(graph.containers.map(\.path) == ["block"])
    #expect(graph.leafLayers(inside: "block").map(\.path) == ["block/fc1", "block/relu.1"])
    #expect(graph.leafLayers(inside: "bloc").isEmpty)
    #expect(graph.layer("block")?.kind == "Residual")
  }

  @Test func aLayersOutputIsThatOfItsLastNode() {
    #expect(graph.nodes(ofLayer: "block/fc1").map(\.id) == [0, 1])
    #expect(graph.outputNode(ofLayer: "block/fc1")?.id == 1)
    #expect(graph.outputNode(ofLayer: "nowhere") == nil)
  }

  @Test func countsParameters() {
    #expect(graph.parameters(ofLayer: "block/fc1").map(\.id) == [0, 1])
    #expect(graph.parameterCount(ofLayer: "block/fc1") == 15)
    #expect(graph.parameterCount(ofLayer: "loss") == 0)
    #expect(graph.parameterCount == 15)
  }

  @Test func countsAStorageOnceAndTheBatchNever() {
    #expect(graph.savedBytes(ofLayer: "block/fc1") == 0)
    #expect(graph.savedBytes(ofLayer: "block/relu.1") == 64)
    #expect(graph.savedBytes == 64)
  }

  @Test func addsUpFlops() {
    #expect(graph.forwardFlops == 120)
    #expect(graph.backwardFlops == 240)
  }

  @Test func survivesRepeatedIDs() {
    var graph = TinyNetwork.graph()
    graph.nodes += graph.nodes
    graph.layers += graph.layers
    #expect(GraphIndex(graph).node(1)?.name == "fc1.bias")
  }
}
