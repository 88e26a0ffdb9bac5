internal import Diagnosis
internal import Screen

/// A box of the dashboard.
///
/// Its stored properties are only how it is looked at.
protocol Panel: Sendable {
  /// As tabs and `--panel` name it.
  static var title: String { get }

  /// Its title where there is little room.
  static var shortTitle: String { get }

  /// What it knows of the actions that only some panels do.
  static var actions: Set<Action> { get }

  /// Whether it draws `Scene.planning`.
  static var wantsPlanning: Bool { get }

  /// Whether it takes characters as text right now.
  var takesText: Bool { get }

  /// Does what a key means, as far as that concerns the panel.
  mutating func perform(_ action: Action, _ scene: Scene, in area: Rect) -> [Effect]

  /// Takes a key while `takesText`.
  mutating func type(_ key: Key)

  /// A click in its area.
  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect]

  /// Whether something happens where the pointer is dragged over it.
  static var takesDrags: Bool { get }

  /// The pointer goes from one place in its area to another with the button down; `isDone`: the
  /// button came up.
  mutating func drag(
    from origin: Point, to point: Point, isDone: Bool, _ scene: Scene, in area: Rect
  ) -> [Effect]

  /// What it has to tell of the key that it took last; empty: nothing.
  var remark: String { get }

  /// The path of the layer under its cursor; nil where it has none.
  func layer(_ scene: Scene) -> String?

  /// Moves its cursor to the layer at `path`.
  mutating func show(layer path: String, _ scene: Scene)

  /// Moves its cursor to a finding, or to what that is about.
  mutating func show(_ finding: Finding, _ scene: Scene)

  /// The finding that Enter goes to; nil where Enter is the panel's own.
  func chosenFinding(_ scene: Scene) -> Finding?

  /// The finding that a click goes to; nil where a click is the panel's own.
  func finding(at point: Point, _ scene: Scene, in area: Rect) -> Finding?

  /// Draws the scene.
  func draw(_ scene: Scene, on canvas: inout Canvas, in area: Rect)
}

extension Panel {
  static var shortTitle: String { title }
  static var actions: Set<Action> { [] }
  static var wantsPlanning: Bool { false }
  var takesText: Bool { false }
  mutating func type(_ key: Key) {}
  mutating func click(_ point: Point, _ scene: Scene, in area: Rect) -> [Effect] { [] }
  static var takesDrags: Bool { false }
  mutating func drag(
    from origin: Point, to point: Point, isDone: Bool, _ scene: Scene, in area: Rect
  ) -> [Effect] { [] }
  var remark: String { "" }
  func layer(_ scene: Scene) -> String? { nil }
  mutating func show(layer path: String, _ scene: Scene) {}
  mutating func show(_ finding: Finding, _ scene: Scene) {
    if let layer = finding.layer { show(layer: layer, scene) }
  }
  func chosenFinding(_ scene: Scene) -> Finding? { nil }
  func finding(at point: Point, _ scene: Scene, in area: Rect) -> Finding? { nil }
}
