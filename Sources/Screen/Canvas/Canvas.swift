/// What stands in one cell.
public struct Cell: Equatable, Sendable {
  /// A character as people see it; the right half of a wide one holds nothing.
  public var character: Character?
  /// How it looks.
  public var style: Style

  /// `character` in `style`.
  public init(character: Character?, style: Style) {
    self.character = character
    self.style = style
  }

  /// What shows it where there are no colors: a blank whose color tells a figure is as dense as that.
  public func characterWithoutColor(_ glyphs: Glyphs) -> Character? {
    guard let ground = style.ground, character == " " else { return character }
    return ground.density(glyphs)
  }

  /// An empty cell.
  public static let blank = Cell(character: " ", style: Style(.text))
}

/// Characters to draw with.
public enum Glyphs: Sendable {
  /// Braille, blocks and lines.
  case unicode
  /// For terminals without UTF-8.
  case ascii
}

/// A grid of cells that drawing goes to; it knows no terminal.
///
/// Everything outside is clipped.
public struct Canvas: Equatable, Sendable {
  /// Its size.
  public let size: Size
  /// What to draw with.
  public let glyphs: Glyphs
  private var cells: CellGrid

  /// An empty canvas.
  public init(width: Int, height: Int, glyphs: Glyphs = .unicode) {
    size = Size(width: width, height: height)
    self.glyphs = glyphs
    cells = CellGrid(count: size.width * size.height)
  }

  /// All of it.
  public var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

  /// The cell in column `x` of row `y`; blank outside.
  public subscript(x: Int, y: Int) -> Cell {
    get { isInside(x, y) ? cells[y * size.width + x] : .blank }
    set {
      guard isInside(x, y) else { return }
      var cell = newValue
      if glyphs == .ascii { cell.character = cell.character?.inASCII }
      cells[y * size.width + x] = cell
    }
  }

  /// Calls `body` with each cell that is another than in `before`, row by row; with all of them where
  /// that is nil, or of another size.
  public func forEachChange(since before: Canvas?, _ body: (Point, Cell) -> Void) {
    func tell(_ index: Int) {
      body(Point(x: index % size.width, y: index / size.width), cells[index])
    }
    if let before, before.size == size {
      cells.forEachDifference(from: before.cells, rowLength: size.width, tell)
    } else {
      for index in 0..<size.width * size.height { tell(index) }
    }
  }

  /// Whether the right half of a wide character is there.
  private func isHalf(_ x: Int, _ y: Int) -> Bool {
    isInside(x, y) && cells.isEmpty(y * size.width + x)
  }

  private func isInside(_ x: Int, _ y: Int) -> Bool {
    (0..<size.width).contains(x) && (0..<size.height).contains(y)
  }

  /// The characters, row by row, for pictures without colors; as wide as the canvas.
  public func lines() -> [String] {
    (0..<size.height).map { y in
      String((0..<size.width).compactMap { self[$0, y].characterWithoutColor(glyphs) })
    }
  }
}

// MARK: - Drawing

extension Canvas {
  /// Writes `text` from `point` on, as far as `area` goes.
  ///
  /// - Returns: The column after the last one written.
  @discardableResult
  public mutating func write(
    _ text: some StringProtocol, at point: Point, _ style: Style, in area: Rect
  ) -> Int {
    let area = area.intersection(bounds)
    var x = point.x
    guard (area.y..<area.bottom).contains(point.y) else { return x + text.columns }
    func put(_ part: Character, _ width: Int) {
      if x >= area.x, x + width <= area.right {
        separate(x..<x + width, point.y)
        self[x, point.y] = Cell(character: part, style: style)
        // Half of a wide character is a character of its own where none is wide.
        let half = glyphs == .ascii ? part : nil
        if width == 2 { self[x + 1, point.y] = Cell(character: half, style: style) }
      }
      x += width
    }
    if let end = writeASCII(text, at: point, style, in: area) { return end }
    for character in text {
      for (part, width) in character.parts { put(part, width) }
    }
    return x
  }

  /// Writes `text` where nothing else than printable ASCII is in it, as mostly; nil where there is.
  private mutating func writeASCII(
    _ text: some StringProtocol, at point: Point, _ style: Style, in area: Rect
  ) -> Int? {
    let written = text.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
      guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
      let columns =
        max(point.x, area.x)..<max(point.x, area.x, min(point.x + bytes.count, area.right))
      separate(columns, point.y)
      for x in columns { cells.put(bytes[x - point.x], style, at: point.y * size.width + x) }
      return point.x + bytes.count
    }
    return written ?? nil
  }

  /// Writes `text` in the first row of `area`, cut with an ellipsis where it does not fit.
  public mutating func write(
    _ text: String, _ style: Style, in area: Rect, alignment: Alignment = .left
  ) {
    let fitted = text.fitted(to: area.width, ellipsis: glyphs == .ascii ? "~" : "…")
    let space = area.width - fitted.columns
    let start = alignment == .left ? 0 : alignment == .right ? space : space / 2
    write(fitted, at: Point(x: area.x + start, y: area.y), style, in: area)
  }

  /// Fills `area` with one character.
  public mutating func fill(_ area: Rect, with character: Character = " ", _ style: Style) {
    let area = area.intersection(bounds)
    let cell = Cell(character: glyphs == .ascii ? character.inASCII : character, style: style)
    for y in area.y..<area.bottom {
      separate(area.x..<area.right, y)
      cells.fill(y * size.width + area.x..<y * size.width + area.right, with: cell)
    }
  }

  /// Blanks what is left of wide characters when the columns of a row are overwritten.
  private mutating func separate(_ columns: Range<Int>, _ y: Int) {
    guard !columns.isEmpty else { return }
    if isHalf(columns.lowerBound, y) { self[columns.lowerBound - 1, y].character = " " }
    if isHalf(columns.upperBound, y) { self[columns.upperBound, y].character = " " }
  }

  /// Changes how the cells of `area` look, and keeps what stands there.
  public mutating func restyle(_ area: Rect, _ change: (inout Style) -> Void) {
    let area = area.intersection(bounds)
    for y in area.y..<area.bottom {
      for x in area.x..<area.right { change(&cells[styleOf: y * size.width + x]) }
    }
  }
}

/// Where text stands in a space that is wider.
public enum Alignment: Sendable {
  case left, center, right
}
