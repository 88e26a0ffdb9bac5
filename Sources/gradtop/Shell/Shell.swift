/// Shells that can complete gradtop's command lines; their scripts come from the table of options.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash: BashCompletion.script
    case .zsh: ZshCompletion.script
    case .fish: FishCompletion.script
    }
  }

  /// Words that may be the first.
  static let first = Command.allCases.map(\.rawValue) + ["help", "--version"]
}

/// What may stand as the value of an option, or as an operand.
enum Candidates: Equatable {
  /// Nothing that could be guessed.
  case none
  case files
  case words([String])
  /// Themes: names, or a file.
  case themes
}

extension Option {
  /// What its value may be; nil: it takes none.
  var candidates: Candidates? {
    guard let value else { return nil }
    if !choices.isEmpty { return .words(choices) }
    if value == "NAME|FILE" { return .themes }
    if value.contains("FILE") { return .files }
    let words = value.split(separator: "|").map(String.init).filter { $0 == $0.lowercased() }
    return words.isEmpty ? Candidates.none : .words(words)
  }

  /// All ways to write it.
  var names: [String] { [short, name].compactMap { $0 } }
}

extension Command {
  /// What its operands may be.
  var candidates: Candidates {
    switch self {
    case .completion: .words(Shell.allCases.map(\.rawValue))
    case .themes: .none
    default: .files
    }
  }
}
