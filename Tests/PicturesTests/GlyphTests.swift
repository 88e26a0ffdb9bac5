import Testing

@testable import Pictures

/// Glyphs that must join their neighbours.
@Suite struct GlyphTests {
  private func boxes(_ character: Character) -> [Shape] {
    guard case .shapes(let shapes) = CellGlyph(character) else { return [] }
    return shapes
  }

  @Test func fillsTheCell() {
    let whole = Shape.box(x: 0, y: 0, width: 10, height: 20)
    #expect(boxes("█") == [whole])
    #expect(boxes("▀") == [.box(x: 0, y: 0, width: 10, height: 10)])
    #expect(boxes("▄") == [.box(x: 0, y: 10, width: 10, height: 10)])
    #expect(boxes("▌") == [.box(x: 0, y: 0, width: 5, height: 20)])
    #expect(boxes("▐") == [.box(x: 5, y: 0, width: 5, height: 20)])
    #expect(boxes("▁") == [.box(x: 0, y: 17.5, width: 10, height: 2.5)])
    #expect(boxes("▏") == [.box(x: 0, y: 0, width: 1.25, height: 20)])
    #expect(boxes("▚").count == 2)
  }

  @Test func shadesByQuarters() {
    #expect(CellGlyph("░") == .shade(0.25))
    #expect(CellGlyph("▒") == .shade(0.5))
    #expect(CellGlyph("▓") == .shade(0.75))
  }

  /// All dots of all cells lie in one grid of 5 units.
  @Test func spacesDotsEvenly() {
    #expect(boxes("⠁") == [.dot(x: 2.5, y: 2.5)])
    #expect(boxes("⢀") == [.dot(x: 7.5, y: 17.5)])
    #expect(boxes("⡀") == [.dot(x: 2.5, y: 17.5)])
    #expect(boxes("⠂") == [.dot(x: 2.5, y: 7.5)])
    #expect(boxes("⣿").count == 8)
    #expect(CellGlyph("⠀") == .blank)
  }

  /// Lines end in the middle of an edge, where those of the neighbours begin.
  @Test(arguments: Array("─│┌┐└┘├┤┬┴┼╭╮╰╯┃━┏┓┗┛┣┫┳┻╋"))
  func linesReachTheEdges(character: Character) {
    let ends = boxes(character).flatMap { shape -> [(Double, Double)] in
      switch shape {
      case .line(let x, let y, let toX, let toY, _): [(x, y), (toX, toY)]
      case .corner(let x, let y): [(5 + 5 * x, 10), (5, 10 + 10 * y)]
      default: []
      }
    }
    let edges: [(Double, Double)] = [(0, 10), (10, 10), (5, 0), (5, 20)]
    let reached = edges.filter { edge in ends.contains { $0 == edge } }
    #expect(reached.count >= 2)
    #expect(ends.allSatisfy { end in end == (5, 10) || edges.contains { $0 == end } })
  }

  @Test func leavesTextToTheFont() {
    for character in "aé世→×▲e\u{301}" { #expect(CellGlyph(character) == .text) }
    #expect(CellGlyph(" ") == .blank)
  }
}
