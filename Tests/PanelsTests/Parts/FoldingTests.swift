import Testing
import TraceFormat

@testable import Panels

@Suite struct FoldingTests {
  private func layers(_ paths: String...) -> [Graph.Layer] {
    paths.map { path in
      var layer = Graph.Layer()
      layer.path = path
      return layer
    }
  }

  @Test func foldsFromTheInsideOut() {
    var folding = Folding()
    folding.fold("a/b/c")
    #expect(folding.module(of: "a/b/d") == "a/b")
    #expect(folding.module(of: "a/c") == nil)
    folding.fold("a/b")
    #expect(folding.module(of: "a/c") == "a")
    folding.unfold("a")
    #expect(folding.module(of: "a/b/c") == "a/b")
    folding.reveal("a/b/c")
    #expect(folding.folded.isEmpty)
  }

  @Test func leavesALayerWithoutModuleAlone() {
    var folding = Folding()
    folding.fold("head")
    #expect(folding.folded.isEmpty)
    folding.fold("head", includesItself: true)
    #expect(folding.folded == ["head"])
  }

  @Test func gathersAModuleWhereItBegins() {
    var folding = Folding()
    let layers = layers("in", "a/x", "b", "a/y", "loss")
    folding.toggleAll(layers.map(\.path))
    let rows = folding.rows(layers)
    #expect(rows.map(\.path) == ["in", "a", "b", "loss"])
    #expect(rows.map(\.layers.count) == [1, 2, 1, 1])
    #expect(rows[1].kind == "2 layers")
    folding.toggleAll(layers.map(\.path))
    #expect(folding.rows(layers).count == 5)
  }
}
