internal import Screen

/// Shows canvases on a terminal, and sends no more than what differs from what is there.
protocol Painter {
  /// Shows `canvas`.
  mutating func paint(_ canvas: Canvas, theme: Theme)

  /// Nobody knows what is on the screen now.
  mutating func forget()

  /// Leaves the terminal in its own colors.
  mutating func leave()
}
