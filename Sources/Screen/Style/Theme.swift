/// How a cell is painted.
public struct Paint: Hashable, Sendable {
  /// The character's color.
  public var foreground: Color
  /// What lies behind it.
  public var background: Color = .standard
  /// Heavier.
  public var isBold = false
  /// Underlined.
  public var isUnderlined = false
  /// With both colors swapped.
  public var isReversed = false
}

/// A mistake in a theme.
public struct ThemeError: Error, Equatable {
  /// From 1.
  public var line: Int
  /// What the line is about; empty where that cannot be told.
  public var role: String
  /// What is wrong.
  public var reason: String
}

/// Which color each role has.
///
/// A role that a theme does not name looks like `text`; one without a background has that of `text`.
public struct Theme: Equatable, Sendable {
  /// As it is called.
  public let name: String
  private let paints: [Role: Paint]
  private let ramps: [Ramp: [Color]]

  init(name: String, paints: [Role: Paint], ramps: [Ramp: [Color]]) {
    self.name = name
    self.paints = paints
    self.ramps = ramps
  }

  /// How `role` is painted.
  public subscript(role: Role) -> Paint {
    paints[role] ?? paints[.text] ?? Paint(foreground: .standard)
  }

  /// The color of a place on a ramp.
  public subscript(shade: Shade) -> Color {
    let colors = ramps[shade.ramp] ?? Self.grays
    return colors[Int(shade.level) * (colors.count - 1) / 255]
  }

  /// How a cell of that style is painted.
  public func paint(_ style: Style) -> Paint {
    var paint = self[style.role]
    if let role = style.background { paint.background = self[role].background }
    if let ink = style.ink { paint.foreground = self[ink] }
    if let ground = style.ground { paint.background = self[ground] }
    paint.isBold = paint.isBold || style.isBold
    paint.isReversed = paint.isReversed != style.isReversed
    return paint
  }

  /// What a ramp is where a theme names none.
  private static let grays = (0...255).map { Color.rgb(UInt8($0), UInt8($0), UInt8($0)) }
}
