import Screen
import Testing

/// How names of all kinds take their places.
@Suite struct CharacterTests {
  @Test(arguments: [
    ("a", 1), ("é", 1), ("e\u{301}", 1), ("世", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("👍", 2), ("👩\u{200D}💻", 4), ("❤\u{FE0F}", 1), ("\u{1B}", 0), ("\u{202E}", 0), ("\u{7F}", 0),
    ("\u{85}", 0), ("\u{2028}", 0), ("का", 2),
  ])
  func columns(text: String, columns: Int) {
    #expect(text.columns == columns)
  }

  @Test func keepsMarksWithTheirLetter() {
    let lines = picture(6, 1) {
      $0.write("xe\u{301}世y", at: Point(x: 0, y: 0), Style(.text), in: $0.bounds)
    }
    #expect(lines == ["xe\u{301}世y "])
  }

  @Test func dropsWhatJoins() {
    let lines = picture(6, 1) {
      $0.write("👩\u{200D}💻❤\u{FE0F}", at: Point(x: 0, y: 0), Style(.text), in: $0.bounds)
    }
    #expect(lines == ["👩💻❤ "])
  }

  @Test func stacksNoMoreMarksThanACellKeeps() {
    let marks = String(repeating: "\u{301}", count: 40)
    let lines = picture(3, 1) {
      $0.write("a\(marks)b", at: Point(x: 0, y: 0), Style(.text), in: $0.bounds)
    }
    #expect(lines[0].unicodeScalars.filter { $0 == "\u{301}" }.count == 4)
    #expect(lines[0].hasSuffix("b "))
  }

  /// Nothing that a terminal would obey.
  @Test func dropsControls() {
    let lines = picture(12, 1) {
      $0.write(
        "a\u{1B}[2J\u{9B}1m\r\nb\u{202E}c\u{7}", at: Point(x: 0, y: 0), Style(.text), in: $0.bounds)
    }
    #expect(lines == ["a[2J1mbc    "])
  }

  @Test func staysInASCIIWhereThereIsNoMore() {
    let lines = picture(24, 1, glyphs: .ascii) {
      $0.write("Ünï 世 1 µs → …×█ ‖x‖", at: Point(x: 0, y: 0), Style(.text), in: $0.bounds)
    }
    #expect(lines == ["Uni ?? 1 us > ~x# |x|   "])
  }

  @Test func turnsEachGlyphIntoASCII() {
    var canvas = Canvas(width: 1, height: 1, glyphs: .ascii)
    for code in Array(0x2190...0x21FF) + Array(0x2500...0x25FF) + Array(0x2800...0x28FF) {
      guard let scalar = Unicode.Scalar(UInt32(code)) else { continue }
      canvas[0, 0] = Cell(character: Character(scalar), style: Style(.text))
      #expect(canvas[0, 0].character?.isASCII == true)
    }
    #expect(Shade(.heat, 0).density(.ascii) == " ")
    #expect(Shade(.heat, 1).density(.unicode) == "█")
  }
}
