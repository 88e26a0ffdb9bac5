public import Screen

/// A canvas as SVG: text stays text, everything that must join its neighbours is a path.
public struct SVGPicture {
  /// The file's text.
  public let text: String

  /// A picture of `canvas` in the colors of `theme`.
  public init(_ canvas: Canvas, theme: Theme) {
    var drawing = Drawing(canvas, theme)
    for y in 0..<canvas.size.height { drawing.add(row: y) }
    text = drawing.text
  }
}

/// What is drawn, collected by color so that the file stays small.
private struct Drawing {
  private let canvas: Canvas
  private let theme: Theme
  private let ground: RGB
  private var grounds = Paths()
  private var fills = Paths()
  private var dots = Paths()
  private var lines = Paths()
  private var heavyLines = Paths()
  private var texts = ""

  init(_ canvas: Canvas, _ theme: Theme) {
    (self.canvas, self.theme) = (canvas, theme)
    ground = PaintedCell.ground(theme)
  }

  mutating func add(row y: Int) {
    let top = Double(y) * CellGlyph.height
    var run: TextRun?
    for x in 0..<canvas.size.width {
      guard let cell = PaintedCell(canvas, x: x, y: y, theme) else { continue }
      let isWide = x + 1 < canvas.size.width && canvas[x + 1, y].character == nil
      let (left, columns) = (Double(x) * CellGlyph.width, isWide ? 2 : 1)
      if cell.background != ground {
        grounds.add(
          cell.background,
          Self.box(left, top, CellGlyph.width * Double(columns), CellGlyph.height))
      }
      switch CellGlyph(cell.character) {
      case .blank where !cell.isUnderlined: break
      case .blank, .text:
        if run?.take(cell, at: x, columns) != true {
          finish(run, y)
          run = TextRun(cell, at: x, columns)
        }
      case .shade(let density):
        fills.add(
          cell.background.mixed(with: cell.foreground, density),
          Self.box(left, top, CellGlyph.width, CellGlyph.height))
      case .shapes(let shapes):
        for shape in shapes { add(shape, cell.foreground, left, top) }
      }
    }
    finish(run, y)
  }

  private mutating func add(_ shape: Shape, _ color: RGB, _ left: Double, _ top: Double) {
    switch shape {
    case .box(let x, let y, let width, let height):
      fills.add(color, Self.box(left + x, top + y, width, height))
    case .dot(let x, let y): dots.add(color, "M\(number(left + x)) \(number(top + y))h0")
    case .line(let fromX, let fromY, let toX, let toY, let isHeavy):
      let path =
        "M\(number(left + fromX)) \(number(top + fromY))"
        + (fromY == toY ? "h\(number(toX - fromX))" : "v\(number(toY - fromY))")
      if isHeavy { heavyLines.add(color, path) } else { lines.add(color, path) }
    case .corner(let x, let y):
      let (half, middle) = (CellGlyph.width / 2, CellGlyph.height / 2)
      let edge = x < 0 ? left : left + CellGlyph.width
      lines.add(
        color,
        "M\(number(edge)) \(number(top + middle))"
          + "q\(number(-x * half)) 0 \(number(-x * half)) \(number(y * half))"
          + "v\(number(y * (middle - half)))")
    }
  }

  private mutating func finish(_ run: TextRun?, _ y: Int) {
    if let run { texts += run.element(baseline: Double(y) * CellGlyph.height + 15) }
  }

  static func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
    "M\(number(x)) \(number(y))h\(number(width))v\(number(height))h\(number(-width))z"
  }

  var text: String {
    let width = number(Double(canvas.size.width) * CellGlyph.width)
    let height = number(Double(canvas.size.height) * CellGlyph.height)
    let light = "fill=\"none\" stroke-width=\"\(number(CellGlyph.lineWidth))\""
    let heavy = "fill=\"none\" stroke-width=\"\(number(CellGlyph.heavyLineWidth))\""
    let round =
      "fill=\"none\" stroke-linecap=\"round\" stroke-width=\"\(number(CellGlyph.dotDiameter))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)">
      <style>text{font:16.6px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;\
      white-space:pre}.b{font-weight:bold}.u{text-decoration:underline}</style>
      <path fill="\(ground.hexadecimal)" d="M0 0h\(width)v\(height)H0z"/>

      """
        + grounds.elements { "shape-rendering=\"crispEdges\" fill=\"\($0)\"" }
        + fills.elements { "shape-rendering=\"crispEdges\" fill=\"\($0)\"" }
        + lines.elements { "\(light) stroke=\"\($0)\"" }
        + heavyLines.elements { "\(heavy) stroke=\"\($0)\"" }
        + dots.elements { "\(round) stroke=\"\($0)\"" }
        + texts + "</svg>\n"
  }
}

/// Paths by color, in the order in which the colors came.
private struct Paths {
  private var order: [RGB] = []
  private var paths: [RGB: String] = [:]

  mutating func add(_ color: RGB, _ path: String) {
    if paths[color] == nil { order.append(color) }
    paths[color, default: ""] += path
  }

  func elements(_ attributes: (String) -> String) -> String {
    order.map { color in
      "<path \(attributes(color.hexadecimal)) d=\"\(paths[color] ?? "")\"/>\n"
    }.joined()
  }
}

/// Neighbouring characters that look alike.
private struct TextRun {
  private let cell: PaintedCell
  private let start: Int
  private var columns: Int
  private var text: String

  init(_ cell: PaintedCell, at x: Int, _ columns: Int) {
    (self.cell, start, self.columns) = (cell, x, columns)
    text = String(cell.character)
  }

  /// Takes the next character where it continues the run.
  mutating func take(_ next: PaintedCell, at x: Int, _ columns: Int) -> Bool {
    guard x == start + self.columns, next.foreground == cell.foreground,
      next.isBold == cell.isBold, next.isUnderlined == cell.isUnderlined
    else { return false }
    text.append(next.character)
    self.columns += columns
    return true
  }

  func element(baseline: Double) -> String {
    let classes = (cell.isBold ? ["b"] : []) + (cell.isUnderlined ? ["u"] : [])
    let attribute = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
    return "<text x=\"\(number(Double(start) * CellGlyph.width))\" y=\"\(number(baseline))\""
      + " textLength=\"\(number(Double(columns) * CellGlyph.width))\""
      + " fill=\"\(cell.foreground.hexadecimal)\"\(attribute)>\(escaped)</text>\n"
  }

  private var escaped: String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }
}

/// Hundredths at most, without zeros at the end.
private func number(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
}
