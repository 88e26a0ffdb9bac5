import Screen
import Testing

@Suite struct BarTests {
  private let style = Style(.forward)

  @Test func fillsByEighths() {
    let lines = picture(4, 6) {
      for (row, fraction) in [0, 1.0 / 32, 0.5, 0.625, 1, 7].enumerated() {
        $0.drawBar(fraction, style, in: $0.bounds.row(row))
      }
    }
    #expect(lines == ["    ", "▏   ", "██  ", "██▌ ", "████", "████"])
  }

  @Test func ignoresWhatIsNoFraction() {
    let lines = picture(4, 3) {
      for (row, fraction) in [-1, Double.nan, .infinity].enumerated() {
        $0.drawBar(fraction, style, in: $0.bounds.row(row))
      }
    }
    #expect(lines == ["    ", "    ", "    "])
  }

  @Test func shadesTheRest() {
    let draw = { (canvas: inout Canvas) in
      canvas.drawBar(0.5, style, in: canvas.bounds, empty: Style(.gaugeEmpty))
    }
    #expect(picture(6, 1, draw) == ["███░░░"])
    #expect(picture(6, 1, glyphs: .ascii, draw) == ["###..."])
  }

  @Test func stacksParts() {
    var canvas = Canvas(width: 8, height: 1)
    canvas.drawStackedBar(
      [(0.25, style), (0.5, Style(.backward)), (0.125, Style(.optimizer))], in: canvas.bounds)
    #expect(canvas.lines() == ["███████ "])
    let roles = (0..<7).map { canvas[$0, 0].style.role }
    #expect(
      roles == [.forward, .forward, .backward, .backward, .backward, .backward, .optimizer])
  }

  @Test func fitsIntoTinyCanvases() {
    let draw = { (canvas: inout Canvas) in
      canvas.drawBar(1, style, in: canvas.bounds, empty: style)
    }
    #expect(picture(0, 0, draw) == [])
    #expect(picture(1, 1, draw) == ["█"])
  }
}
