internal import Diagnosis
public import Screen
internal import TraceFormat
internal import TraceSession

/// The dashboard: panels with one step cursor, the keys that move it, and a page of help.
///
/// A value: keys change how it looks, drawing changes nothing.
public struct Dashboard: Sendable {
  /// Below this there is no room for the panels.
  public static let smallest = Size(width: 80, height: 24)

  var panels: [any Panel] = Self.all
  var selected = 0
  var showsHelp = false
  /// Something to be told until the next key.
  var message = ""
  /// The finding that `n` went to last.
  var finding: Int?

  /// Which key means what.
  public var keymap = Keymap()

  /// The dashboard on its first panel.
  public init() {}

  /// The dashboard with the panels of those names, in that order; names that are none are left out,
  /// and without any all panels are there.
  public init(panels names: [String]) {
    let chosen = names.compactMap { name in
      panels.first { type(of: $0).title.lowercased() == name }
    }
    if !chosen.isEmpty { panels = chosen }
  }

  private static var all: [any Panel] {
    [
      OverviewPanel(), LayersPanel(), GraphPanel(), GradientsPanel(), MemoryPanel(), OpsPanel(),
      TimelinePanel(), FindingsPanel(), RanksPanel(), ComparePanel(),
    ]
  }

  /// Names that `select(panel:)` takes.
  public static let panelNames = all.map { type(of: $0).title.lowercased() }

  /// Shows the panel of that name; false where there is none.
  public mutating func select(panel name: String) -> Bool {
    guard let index = Self.panelNames.firstIndex(of: name.lowercased()) else { return false }
    selected = index
    return true
  }

  /// Shows what compares two runs, where that panel is there.
  public mutating func compare() {
    if let index = panels.firstIndex(where: { $0 is ComparePanel }) { selected = index }
  }

  /// Shows a panel, its cursor on the layer that the one before had its on.
  mutating func select(_ index: Int, _ scene: Scene) {
    guard panels.indices.contains(index), index != selected else { return }
    let layer = panels[selected].layer(scene)
    selected = index
    if let layer { panels[index].show(layer: layer, scene) }
  }

  /// Whether what is shown wants to know what a step would take in less memory.
  public var wantsPlanning: Bool { type(of: panel).wantsPlanning }

  /// The panel that is shown.
  var panel: any Panel { panels[selected] }

  static func panelArea(_ size: Size) -> Rect {
    Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
  }
}
