import Screen

/// The lines of a canvas after `draw`.
func picture(
  _ width: Int, _ height: Int, glyphs: Glyphs = .unicode, _ draw: (inout Canvas) -> Void
) -> [String] {
  var canvas = Canvas(width: width, height: height, glyphs: glyphs)
  draw(&canvas)
  return canvas.lines()
}
