internal import Screen

/// Something a key can mean.
enum Action: Hashable {
  case panel(Int)
  case nextPanel, previousPanel
  case up, down, pageUp, pageDown, left, right
  case pause, stepBack, stepForward, stepsBack, stepsForward, first, last
  case slower, faster
  case sort, sortReverse, filter, logarithm
  case theme, help, quit, cancel
}

/// Keys with what they mean: the one table that decodes them and that the help page shows.
struct Binding {
  var keys: [Key]
  /// As the help page names them.
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

  static let all: [Binding] = [
    Binding([.character("?"), .function(1)], "?", .help, "this page", hint: "help"),
    Binding([.character("q"), .function(10)], "q", .quit, "leave; a training ends", hint: "quit"),
    Binding([.character(" ")], "Space", .pause, "pause, go on", hint: "pause"),
    Binding(
      [.character(".")], ".", .stepForward, "one step on; trains one while paused", hint: "step"),
    Binding([.character(",")], ",", .stepBack, "one step back"),
    Binding([.character(">")], ">", .stepsForward, "ten steps on"),
    Binding([.character("<")], "<", .stepsBack, "ten steps back"),
    Binding([.home, .character("g")], "Home g", .first, "the first step"),
    Binding([.end, .character("G")], "End G", .last, "the last step, and follow", hint: "follow"),
    Binding([.character("[")], "[", .slower, "half the speed", hint: "slower"),
    Binding([.character("]")], "]", .faster, "twice the speed", hint: "faster"),
    Binding([.tab], "Tab", .nextPanel, "the next panel", hint: "panel"),
    Binding([.backTab], "Shift-Tab", .previousPanel, "the panel before"),
    Binding([.character("1")], "1", .panel(0), "Overview"),
    Binding([.character("2")], "2", .panel(1), "Layers"),
    Binding([.character("3")], "3", .panel(2), "Ops"),
    Binding([.up, .character("k")], "↑ k", .up, "a row up"),
    Binding([.down, .character("j")], "↓ j", .down, "a row down"),
    Binding([.pageUp], "PageUp", .pageUp, "a page up"),
    Binding([.pageDown], "PageDown", .pageDown, "a page down"),
    Binding([.left, .character("h")], "← h", .left, "sort by the column before; a step back"),
    Binding([.right, .character("l")], "→ l", .right, "sort by the next column; a step on"),
    Binding([.character("s")], "s", .sort, "sort by the next column", hint: "sort"),
    Binding([.character("S")], "S", .sortReverse, "the other way round"),
    Binding([.character("/")], "/", .filter, "show rows that hold a text", hint: "filter"),
    Binding([.character("y")], "y", .logarithm, "logarithmic loss curve"),
    Binding([.character("t")], "t", .theme, "the next theme", hint: "theme"),
    Binding([.escape], "Esc", .cancel, "close this page; drop the filter"),
  ]

  static func action(of key: Key) -> Action? {
    all.first { $0.keys.contains(key) }?.action
  }
}
