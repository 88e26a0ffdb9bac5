internal import Screen

/// A box of the dashboard.
///
/// Its stored properties are only how it is looked at.
protocol Panel: Sendable {
  /// As tabs and `--panel` name it.
  static var title: String { get }

  /// Whether it takes characters as text right now.
  var takesText: Bool { get }

  /// Does what a key means, as far as that concerns the panel.
  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect]

  /// Takes a key while `takesText`.
  mutating func type(_ key: Key)

  /// A click in its area.
  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect]

  /// Draws the scene.
  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect)
}

extension Panel {
  var takesText: Bool { false }
  mutating func type(_ key: Key) {}
  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] { [] }
}
