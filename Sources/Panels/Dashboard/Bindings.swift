internal import Screen
internal import TraceSession

/// Something a key can mean.
enum Action: Hashable {
  case panel(Int)
  case nextPanel, previousPanel
  case up, down, pageUp, pageDown, left, right
  case pause, stepBack, stepForward, stepsBack, stepsForward, first, last
  case slower, faster
  case walk, walkOut
  case nextFinding, previousFinding
  case sort, sortReverse, filter, logarithm, color
  case fold, unfold, foldAll
  case zoomIn, zoomOut
  case moreMemory, lessMemory
  case open
  case theme, help, quit, cancel
}

/// Keys with what they mean: the one table that decodes them and that the help page shows.
struct Binding {
  var keys: [Key]
  /// As the help page names them; empty: it does not.
  var label: String
  var action: Action
  var help: String
  /// In the line at the bottom: a short word; nil: not there.
  var hint: String?

  init(_ keys: [Key], _ label: String, _ action: Action, _ help: String, hint: String? = nil) {
    self.keys = keys
    self.label = label
    self.action = action
    self.help = help
    self.hint = hint
  }

  static let all: [Binding] =
    [
      Binding([.character("?"), .function(1)], "?", .help, "this page", hint: "help"),
      Binding(
        [.character("q"), .function(10)], "q", .quit, "leave; a training ends", hint: "quit"),
      Binding([.character("1")], "1-9 0", .panel(0), "a panel, by its number"),
      Binding([.tab], "Tab", .nextPanel, "the next panel", hint: "panel"),
      Binding([.backTab], "Shift-Tab", .previousPanel, "the panel before"),
      Binding([.character(" ")], "Space", .pause, "pause, go on", hint: "pause"),
      Binding(
        [.character(".")], ".", .stepForward, "a step on; paused: train it", hint: "step"),
      Binding([.character(",")], ",", .stepBack, "one step back"),
      Binding([.character(">")], ">", .stepsForward, "ten steps on"),
      Binding([.character("<")], "<", .stepsBack, "ten steps back"),
      Binding([.home, .character("g")], "Home g", .first, "the first step"),
      Binding(
        [.end, .character("G")], "End G", .last, "the last step, and follow", hint: "follow"),
      Binding([.character("[")], "[", .slower, "half the speed", hint: "slower"),
      Binding([.character("]")], "]", .faster, "twice the speed", hint: "faster"),
      Binding([.character("w")], "w", .walk, "backward, one op on", hint: "walk"),
      Binding([.character("W")], "W", .walkOut, "to the end of the step"),
      Binding([.character("n")], "n", .nextFinding, "go to the next finding", hint: "finding"),
      Binding([.character("N")], "N", .previousFinding, "go to the finding before"),
      Binding([.up, .character("k")], "↑ k", .up, "a row up"),
      Binding([.down, .character("j")], "↓ j", .down, "a row down"),
      Binding([.pageUp], "PageUp", .pageUp, "a page up"),
      Binding([.pageDown], "PageDown", .pageDown, "a page down"),
      Binding([.left, .character("h")], "← h", .left, "column, step or op before"),
      Binding([.right, .character("l")], "→ l", .right, "next column, step or op"),
      Binding([.enter], "Enter", .open, "go there; adopt the plan", hint: "open"),
      Binding([.character("s")], "s", .sort, "sort by the next column", hint: "sort"),
      Binding([.character("S")], "S", .sortReverse, "the other way round"),
      Binding([.character("/")], "/", .filter, "show rows that hold a text", hint: "filter"),
      Binding([.character("f")], "f", .fold, "fold the row's module", hint: "fold"),
      Binding([.character("F")], "F", .unfold, "unfold the row"),
      Binding([.character("o")], "o", .foldAll, "fold all modules, or none", hint: "fold all"),
      Binding([.character("z")], "z", .zoomIn, "look closer", hint: "zoom"),
      Binding([.character("Z")], "Z", .zoomOut, "see more"),
      Binding(
        [.character("+"), .character("=")], "+", .moreMemory, "a larger memory budget",
        hint: "more"),
      Binding(
        [.character("-"), .character("_")], "-", .lessMemory, "a smaller memory budget",
        hint: "less"),
      Binding([.character("c")], "c", .color, "what colors mean: the next", hint: "color"),
      Binding([.character("y")], "y", .logarithm, "logarithmic or linear", hint: "log"),
      Binding([.character("t")], "t", .theme, "the next theme", hint: "theme"),
      Binding([.escape], "Esc", .cancel, "close; drop the filter"),
    ]
    + (1...9).map { index in
      Binding([.character(index == 9 ? "0" : Character("\(index + 1)"))], "", .panel(index), "")
    }

  /// The first of its labels: the key to name where there is little room.
  var key: String { String(label.prefix { $0 != " " }) }
}

/// Something the mouse does, with what it means: the help page shows the table.
struct Gesture: Equatable {
  var label: String
  var help: String
  /// Whether only panels with something to zoom know it.
  var isZoom = false

  static let all = [
    Gesture(label: "wheel", help: "three rows up or down"),
    Gesture(label: "click", help: "a tab, row, step, op"),
    Gesture(label: "header", help: "sort by it; again: reverse"),
    Gesture(label: "drag", help: "zoom in on that stretch", isZoom: true),
  ]
}

// MARK: - What applies

extension Action {
  /// Why it cannot be done now, and what to do; nil where it can.
  func obstacle(_ scene: Scene) -> String? {
    switch (self, scene.producer) {
    case (.pause, .follow), (.slower, .follow), (.faster, .follow), (.walk, .follow),
      (.walkOut, .follow):
      "another process trains: it cannot be controlled from here"
    case (.pause, .ended), (.slower, .ended), (.faster, .ended): "the training has ended"
    case (.walk, .ended) where scene.snapshot.messages.isEmpty:
      "the training has ended; run with --detail \(scene.snapshot.cursor), or a longer run"
    case (.walk, .replay) where scene.snapshot.messages.isEmpty:
      "no op of this step was recorded: run with --detail \(scene.snapshot.cursor), then replay"
    case (.walkOut, .ended), (.walkOut, .replay): "no step is being walked: nothing trains here"
    default: nil
    }
  }

  /// Whether only some panels know it.
  var isOfPanels: Bool {
    switch self {
    case .sort, .sortReverse, .filter, .logarithm, .color, .fold, .unfold, .foldAll, .zoomIn,
      .zoomOut, .open, .moreMemory, .lessMemory, .walk, .walkOut:
      true
    default: false
    }
  }
}
