import Screen
import Testing

@Suite struct CanvasTests {
  private let text = Style(.text)

  @Test func isBlankAtFirst() {
    #expect(picture(3, 2) { _ in } == ["   ", "   "])
    #expect(picture(0, 0) { _ in } == [])
    #expect(picture(-1, 2) { _ in } == ["", ""])
  }

  @Test func tellsWhatChanged() {
    func changes(_ canvas: Canvas, since before: Canvas?) -> [Point] {
      var places: [Point] = []
      canvas.forEachChange(since: before) { place, cell in
        #expect(cell == canvas[place.x, place.y])
        places.append(place)
      }
      return places
    }
    let before = Canvas(width: 3, height: 2)
    var after = before
    #expect(changes(after, since: before) == [])
    after.write("é", at: Point(x: 2, y: 0), text, in: after.bounds)
    after.restyle(Rect(x: 0, y: 1, width: 1, height: 1)) { $0 = Style(.text, bold: true) }
    #expect(changes(after, since: before) == [Point(x: 2, y: 0), Point(x: 0, y: 1)])
    #expect(changes(after, since: nil).count == 6)
    #expect(changes(after, since: Canvas(width: 2, height: 3)).count == 6)
  }

  @Test func tellsCharactersOfSeveralScalarsApart() {
    func canvas(_ text: String) -> Canvas {
      var canvas = Canvas(width: 3, height: 1)
      canvas.write(text, at: Point(x: 0, y: 0), Style(.text), in: canvas.bounds)
      return canvas
    }
    let before = canvas("x\u{301}y\u{301}z")
    // The same characters, met in another order.
    var (after, places) = (canvas("y\u{301}y\u{301}x\u{301}"), [Int]())
    after.forEachChange(since: before) { place, cell in
      #expect(cell == after[place.x, 0])
      places.append(place.x)
    }
    #expect(places == [0, 2])
    #expect(after != before)
    after.write("x\u{301}", at: Point(x: 0, y: 0), text, in: after.bounds)
    after.write("z", at: Point(x: 2, y: 0), text, in: after.bounds)
    #expect(after == before)
    after.forEachChange(since: before) { _, _ in Issue.record("nothing has changed") }
  }

  @Test func givesWideCharactersTwoCells() {
    let lines = picture(7, 2) {
      let end = $0.write("a漢字b", at: Point(x: 0, y: 0), text, in: $0.bounds)
      #expect(end == 6)
      #expect($0[2, 0].character == nil)
      $0.write("🙂x", at: Point(x: 1, y: 1), text, in: $0.bounds)
    }
    #expect(lines == ["a漢字b ", " 🙂x   "])
  }

  @Test func cutsNoWideCharacterInHalf() {
    let lines = picture(3, 2) {
      $0.write("漢字", at: Point(x: 0, y: 0), text, in: $0.bounds)
      $0.write("漢字", at: Point(x: -1, y: 1), text, in: $0.bounds)
    }
    #expect(lines == ["漢 ", " 字"])
  }

  @Test func keepsCombiningMarksWithTheirLetter() {
    let lines = picture(4, 2) {
      let end = $0.write("e\u{301}n\u{303}!", at: Point(x: 0, y: 0), text, in: $0.bounds)
      #expect(end == 3)
      $0.write("\u{301}x", at: Point(x: 0, y: 1), text, in: $0.bounds)
    }
    #expect(lines == ["e\u{301}n\u{303}! ", "x   "])
  }

  @Test func leavesControlCharactersOut() {
    let lines = picture(4, 1) {
      $0.write("a\u{1B}\tb\u{200B}c", at: Point(x: 0, y: 0), text, in: $0.bounds)
    }
    #expect(lines == ["abc "])
  }

  @Test func clipsAtItsEdges() {
    let lines = picture(5, 3) {
      $0.write("abcdefgh", at: Point(x: -2, y: 0), text, in: $0.bounds)
      $0.write("above", at: Point(x: 0, y: -1), text, in: $0.bounds)
      $0.write("below", at: Point(x: 0, y: 3), text, in: $0.bounds)
      $0.fill(Rect(x: 3, y: 1, width: 9, height: 9), with: "#", text)
      $0[9, 9] = $0[4, 2]
    }
    #expect(lines == ["cdefg", "   ##", "   ##"])
  }

  @Test func clipsAtTheArea() {
    let lines = picture(6, 2) {
      let area = Rect(x: 1, y: 0, width: 3, height: 1)
      $0.write("abcdef", at: Point(x: 0, y: 0), text, in: area)
      $0.write("abcdef", at: Point(x: 0, y: 1), text, in: area)
    }
    #expect(lines == [" bcd  ", "      "])
  }

  @Test func alignsAndCutsWithAnEllipsis() {
    let lines = picture(7, 5) {
      $0.write("abc", text, in: $0.bounds.row(0))
      $0.write("abc", text, in: $0.bounds.row(1), alignment: .center)
      $0.write("abc", text, in: $0.bounds.row(2), alignment: .right)
      $0.write("abcdefgh", text, in: $0.bounds.row(3))
      $0.write("漢字漢字", text, in: $0.bounds.row(4), alignment: .right)
    }
    #expect(lines == ["abc    ", "  abc  ", "    abc", "abcdef…", "漢字漢…"])
  }

  @Test func cutsWithATildeWithoutUnicode() {
    #expect(picture(3, 1, glyphs: .ascii) { $0.write("abcd", text, in: $0.bounds) } == ["ab~"])
  }

  @Test func restylesWithoutATrace() {
    var canvas = Canvas(width: 3, height: 1)
    canvas.write("abc", text, in: canvas.bounds)
    canvas.restyle(Rect(x: 1, y: 0, width: 9, height: 9)) { $0.background = .selection }
    #expect(canvas.lines() == ["abc"])
    #expect((0..<3).map { canvas[$0, 0].style.background } == [nil, .selection, .selection])
  }

  @Test func drawsABox() {
    let lines = picture(16, 3) {
      let inside = $0.drawFrame($0.bounds, title: "box", note: "3")
      #expect(inside == Rect(x: 1, y: 1, width: 14, height: 1))
    }
    #expect(
      lines == [
        "╭─ box ──── 3 ─╮",
        "│              │",
        "╰──────────────╯",
      ])
  }
}

/// What is left of a wide character that is half overwritten.
@Suite struct HalfOverwrittenTests {
  @Test(arguments: [(0, "x 漢字"), (1, " x漢字"), (2, "漢x 字"), (3, "漢 x字")])
  func becomesABlank(x: Int, expected: String) {
    var canvas = Canvas(width: 6, height: 1)
    let row = canvas.bounds
    canvas.write("漢漢字", at: Point(x: 0, y: 0), Style(.text), in: row)
    canvas.write("x", at: Point(x: x, y: 0), Style(.text), in: row)
    #expect(canvas.lines() == [expected])
  }

  @Test func cutsNamesInTheMiddle() {
    #expect("block1/layernorm.0".fittedAtBothEnds(to: 9) == "bloc…rm.0")
    #expect("block1/layernorm.0".fittedAtBothEnds(to: 18) == "block1/layernorm.0")
    #expect("block1".fittedAtBothEnds(to: 2) == "b…")
    #expect("層層層層".fittedAtBothEnds(to: 6) == "層…層")
  }
}
