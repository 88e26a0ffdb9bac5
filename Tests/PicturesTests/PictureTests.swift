import Foundation
import Pictures
import Screen
import Testing

@Suite struct PictureTests {
  /// Text, bars, lines, dots, a wide name, a heat map, and a selected row.
  private static func canvas() -> Canvas {
    var canvas = Canvas(width: 24, height: 6)
    let inside = canvas.drawFrame(canvas.bounds, title: "a<b&c", note: "7")
    canvas.write("世界 e\u{301}", at: Point(x: 2, y: 1), Style(.value), in: inside)
    canvas.drawBar(0.4, Style(.forward), in: Rect(x: 2, y: 2, width: 10, height: 1))
    canvas.write("⣿⡇", at: Point(x: 14, y: 2), Style(.curve), in: inside)
    canvas.write("░▒▓", at: Point(x: 18, y: 2), Style(.dim), in: inside)
    for x in 0..<8 {
      var style = Style(.text)
      style.ground = Shade(.heat, Double(x) / 7)
      canvas[2 + x, 3] = Cell(character: " ", style: style)
    }
    canvas.write("chosen", at: Point(x: 2, y: 4), Style(.header), in: inside)
    canvas.restyle(inside.row(3)) { $0.background = .selection }
    return canvas
  }

  private static let theme = try? Theme(
    name: "test",
    text: """
      text = #cccccc on #101010
      value = 15 bold
      border = #444444
      header = #aaaaaa underline
      selection = #ffffff on #203040
      heat = #000000 to #ffffff
      """)

  @Test func drawsSVG() throws {
    let theme = try #require(Self.theme)
    let text = SVGPicture(Self.canvas(), theme: theme).text
    let file = URL(filePath: #filePath).appending(path: "../Snapshots/sample.svg").standardized
    guard FileManager.default.fileExists(atPath: file.path) else {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("sample.svg was missing and is written now: look at it")
      return
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    let parser = XMLCheck(text)
    #expect(parser.isWellFormed)
    #expect(parser.texts.contains("a<b&c"))
    #expect(parser.texts.contains("世界"))
  }

  @Test func writesANSI() throws {
    var canvas = Canvas(width: 4, height: 2)
    canvas.write("ab", at: Point(x: 0, y: 0), Style(.value), in: canvas.bounds)
    let theme = try #require(Self.theme)
    let (text, page) = ("\u{1B}[0;38;2;204;204;204;48;2;16;16;16m", "48;2;16;16;16m")
    #expect(
      ANSIPicture(canvas, theme: theme).text
        == "\u{1B}[0;1;38;5;15;\(page)ab\(text)  \u{1B}[0m\n\(text)    \u{1B}[0m\n")
    #expect(
      ANSIPicture(canvas, theme: theme, usesColor: false).text
        == "\u{1B}[0;1mab\u{1B}[0m  \u{1B}[0m\n\u{1B}[0m    \u{1B}[0m\n")
  }

  @Test func shadesWithoutColors() throws {
    var canvas = Canvas(width: 2, height: 1)
    var style = Style(.text)
    style.ground = Shade(.heat, 1)
    canvas[1, 0] = Cell(character: " ", style: style)
    let theme = try #require(Self.theme)
    #expect(ANSIPicture(canvas, theme: theme, usesColor: false).text == "\u{1B}[0m █\u{1B}[0m\n")
    #expect(canvas.lines() == [" █"])
  }

  @Test func drawsPNG() throws {
    let theme = try #require(Self.theme)
    let bytes = try PNGPicture(Self.canvas(), theme: theme).bytes
    #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    #expect(number(16) == 24 * 20)
    #expect(number(20) == 6 * 40)
    #expect(bytes.suffix(8).prefix(4) == Array("IEND".utf8)[...])
  }

  @Test func drawsEmptyPictures() throws {
    let canvas = Canvas(width: 0, height: 0)
    #expect(XMLCheck(SVGPicture(canvas, theme: .plain).text).isWellFormed)
    #expect(ANSIPicture(canvas, theme: .plain).text == "")
    let canvases = [Canvas(width: 1, height: 1), Canvas(width: 200, height: 1)]
    for canvas in canvases { _ = try PNGPicture(canvas, theme: .plain) }
  }

  @Test func refusesWhatIsTooLarge() {
    let error = #expect(throws: PictureError.self) {
      try PNGPicture(Canvas(width: 2000, height: 1), theme: .plain)
    }
    #expect(error == .tooLarge(columns: 1638, rows: 819))
  }
}

/// Whether a text is well-formed XML, and its text.
private final class XMLCheck {
  let isWellFormed: Bool
  let texts: [String]

  init(_ text: String) {
    // Elements nest only one deep here: each opened one is closed before the next.
    var (open, texts) = ([String](), [String]())
    var isWellFormed = true
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      let content = rest[..<start]
      if open.last == "text" {
        texts.append(
          String(content).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&amp;", with: "&"))
      }
      guard let end = rest[start...].firstIndex(of: ">") else {
        isWellFormed = false
        break
      }
      let tag = rest[rest.index(after: start)..<end]
      if tag.hasPrefix("/") {
        if open.popLast() != String(tag.dropFirst()) { isWellFormed = false }
      } else if !tag.hasSuffix("/") {
        open.append(String(tag.prefix { $0 != " " }))
      }
      rest = rest[rest.index(after: end)...]
    }
    (self.isWellFormed, self.texts) = (isWellFormed && open.isEmpty, texts)
  }
}
