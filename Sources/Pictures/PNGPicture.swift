internal import CCairo
public import Screen

/// Why there is no picture.
public enum PictureError: Error, Equatable {
  /// Cairo draws no more than 32,767 pixels in a row or column.
  case tooLarge(columns: Int, rows: Int)
  /// What Cairo says.
  case cairo(String)
}

/// A canvas as PNG.
public struct PNGPicture {
  /// The file's bytes.
  public let bytes: [UInt8]

  /// Pixels for each of the 10 × 20 units of a cell.
  private static let scale = 2.0

  /// The largest canvas that can be drawn.
  public static let largest = Size(
    width: Int(32_767 / (CellGlyph.width * scale)), height: Int(32_767 / (CellGlyph.height * scale))
  )

  /// A picture of `canvas` in the colors of `theme`.
  public init(_ canvas: Canvas, theme: Theme) throws(PictureError) {
    let size = canvas.size
    guard size.width <= Self.largest.width, size.height <= Self.largest.height else {
      throw .tooLarge(columns: Self.largest.width, rows: Self.largest.height)
    }
    let surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(CellGlyph.width * Self.scale) * Int32(size.width),
      Int32(CellGlyph.height * Self.scale) * Int32(size.height))
    defer { cairo_surface_destroy(surface) }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    cairo_scale(context, Self.scale, Self.scale)
    let brush = Brush(context)
    brush.fill(PaintedCell.ground(theme))
    for y in 0..<size.height {
      // What lies behind first: letters may reach into the next cell.
      for x in 0..<size.width {
        guard let cell = PaintedCell(canvas, x: x, y: y, theme) else { continue }
        brush.drawGround(cell, x, y, isWide: canvas[x + 1, y].character == nil)
      }
      for x in 0..<size.width {
        guard let cell = PaintedCell(canvas, x: x, y: y, theme) else { continue }
        brush.draw(cell, x, y, isWide: canvas[x + 1, y].character == nil)
      }
    }
    var written = Written()
    let status = withUnsafeMutablePointer(to: &written) { pointer in
      cairo_surface_write_to_png_stream(
        surface,
        { closure, bytes, count in
          guard let closure, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
          closure.assumingMemoryBound(to: Written.self).pointee.bytes += UnsafeBufferPointer(
            start: bytes, count: Int(count))
          return CAIRO_STATUS_SUCCESS
        }, pointer)
    }
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .cairo(String(cString: cairo_status_to_string(status)))
    }
    bytes = written.bytes
  }

  private struct Written {
    var bytes: [UInt8] = []
  }
}

/// Draws cells with Cairo.
private struct Brush {
  let context: OpaquePointer?

  init(_ context: OpaquePointer?) {
    self.context = context
    cairo_set_font_size(context, 16.6)
  }

  func fill(_ color: RGB) {
    use(color)
    cairo_paint(context)
  }

  private func use(_ color: RGB) {
    cairo_set_source_rgb(
      context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255)
  }

  private func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    // Whole pixels have no soft edges, which would show between neighbours.
    cairo_set_antialias(context, CAIRO_ANTIALIAS_NONE)
    cairo_rectangle(context, x, y, width, height)
    cairo_fill(context)
    cairo_set_antialias(context, CAIRO_ANTIALIAS_DEFAULT)
  }

  func drawGround(_ cell: PaintedCell, _ x: Int, _ y: Int, isWide: Bool) {
    use(cell.background)
    box(
      Double(x) * CellGlyph.width, Double(y) * CellGlyph.height,
      CellGlyph.width * (isWide ? 2 : 1), CellGlyph.height)
  }

  func draw(_ cell: PaintedCell, _ x: Int, _ y: Int, isWide: Bool) {
    let (left, top) = (Double(x) * CellGlyph.width, Double(y) * CellGlyph.height)
    let width = CellGlyph.width * (isWide ? 2 : 1)
    use(cell.foreground)
    switch CellGlyph(cell.character) {
    case .blank: break
    case .text: drawText(cell, left, top, width)
    case .shade(let density):
      use(cell.background.mixed(with: cell.foreground, density))
      box(left, top, CellGlyph.width, CellGlyph.height)
    case .shapes(let shapes): for shape in shapes { draw(shape, left, top) }
    }
    if cell.isUnderlined {
      use(cell.foreground)
      box(left, top + 17, width, 1)
    }
  }

  private func drawText(_ cell: PaintedCell, _ left: Double, _ top: Double, _ width: Double) {
    cairo_select_font_face(
      context, "DejaVu Sans Mono", CAIRO_FONT_SLANT_NORMAL,
      cell.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    let text = String(cell.character)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    cairo_move_to(context, left + (width - extents.x_advance) / 2, top + 15)
    cairo_show_text(context, text)
  }

  private func draw(_ shape: Shape, _ left: Double, _ top: Double) {
    switch shape {
    case .box(let x, let y, let width, let height): box(left + x, top + y, width, height)
    case .dot(let x, let y):
      cairo_arc(context, left + x, top + y, CellGlyph.dotDiameter / 2, 0, 2 * Double.pi)
      cairo_fill(context)
    case .line(let fromX, let fromY, let toX, let toY, let isHeavy):
      cairo_set_line_width(context, isHeavy ? CellGlyph.heavyLineWidth : CellGlyph.lineWidth)
      cairo_move_to(context, left + fromX, top + fromY)
      cairo_line_to(context, left + toX, top + toY)
      cairo_stroke(context)
    case .corner(let x, let y):
      let (half, middle) = (CellGlyph.width / 2, CellGlyph.height / 2)
      let (centerX, centerY) = (left + half, top + middle)
      cairo_set_line_width(context, CellGlyph.lineWidth)
      cairo_move_to(context, centerX + x * half, centerY)
      cairo_curve_to(
        context, centerX + x * half / 3, centerY, centerX, centerY + y * half / 3, centerX,
        centerY + y * half)
      cairo_line_to(context, centerX, centerY + y * middle)
      cairo_stroke(context)
    }
  }
}
