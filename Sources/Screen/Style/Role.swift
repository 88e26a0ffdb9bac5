/// What a cell is there for; the theme decides which color that is.
public enum Role: String, CaseIterable, Sendable {
  /// Ordinary text.
  case text
  /// Text of less weight: units, hints.
  case dim
  /// The name of a panel or a box.
  case title
  /// Lines around a box.
  case border
  /// A figure that people came to read.
  case value
  /// What a figure is.
  case label
  /// As it should be.
  case good
  /// Worth a look.
  case warning
  /// Broken, or about to be.
  case error
  /// The row under the cursor.
  case selection
  /// The header of a table.
  case header
  /// The forward pass.
  case forward
  /// Forward again, during backward.
  case recompute
  /// The backward pass.
  case backward
  /// Clipping and update.
  case optimizer
  /// Putting batches in place.
  case data
  /// Memory of weights.
  case parameter
  /// Memory of moments.
  case optimizerState
  /// Memory of the batch.
  case input
  /// Scratch memory.
  case temporary
  /// Memory of outputs and saved tensors.
  case activation
  /// Memory of gradients, and gradient norms.
  case gradient
  /// A curve.
  case curve
  /// A second curve, or the cursor in one.
  case curveAccent
  /// The part of a gauge that is not full.
  case gaugeEmpty
  /// The line at the bottom or the top.
  case statusBar
  /// A key in that line.
  case keyHint
}

/// How a cell looks, in words of what it is for.
public struct Style: Hashable, Sendable {
  /// What it is for.
  public var role: Role
  /// The role whose color lies behind it; nil: the terminal's own.
  public var background: Role?
  /// The character's color on a ramp; nil: that of the role.
  public var ink: Shade?
  /// The color behind it on a ramp; nil: that of the background.
  ///
  /// Where there are no colors, a blank with a ground is shown by a denser or a lighter character.
  public var ground: Shade?
  /// Heavier.
  public var isBold = false
  /// With foreground and background swapped.
  public var isReversed = false

  /// The look of `role`.
  public init(_ role: Role, bold: Bool = false, reversed: Bool = false) {
    self.role = role
    isBold = bold
    isReversed = reversed
  }
}
