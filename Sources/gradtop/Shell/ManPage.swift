/// The manual page, from the table of options, in the man macros of roff.
enum ManPage {
  static var text: String {
    var text = """
      .TH GRADTOP 1 "" "gradtop \(Gradtop.version)" "User Commands"
      .SH NAME
      gradtop \\- the backward pass of a training run, watched live
      .SH SYNOPSIS

      """
    for command in Command.allCases {
      text +=
        ".B gradtop \(command.rawValue)\n[\\fIOPTIONS\\fR] \(escaped(command.operands))\n.br\n"
    }
    text += """
      .B gradtop help
      [\\fICOMMAND\\fR]
      .br
      .B gradtop \\-\\-version
      .SH DESCRIPTION
      gradtop trains a neural network that a model file describes, records what every op did in both
      directions, and shows it live in the terminal. A recorded run, a trace, can be looked at later,
      followed while another process writes it, and exported.
      .PP
      In the dashboard,
      .B ?
      lists all keys and
      .B q
      leaves.
      .SH COMMANDS

      """
    for command in Command.allCases {
      text += ".SS \(escaped("gradtop \(command.rawValue) \(command.operands)"))\n"
      text += "\(escaped(capitalized(command.summary))).\n"
      for option in Option.of(command) {
        let names = option.names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
        let value = option.value.map { " \\fI\(escaped($0))\\fR" } ?? ""
        text += ".TP\n\(names)\(value)\n\(escaped(capitalized(option.help))).\n"
      }
      text += ".PP\nExample:\n.RS\n.B \(escaped(command.example))\n.RE\n"
    }
    return text + ending
  }

  private static var ending: String {
    let statuses = [
      ("0", "done"), ("1", "a check failed"),
      ("2", "done, but part of the trace was lost or damaged, or it has no end"), ("64", "usage"),
      ("65", "bad model, data or configuration"), ("66", "no such file"), ("70", "internal error"),
      ("73", "cannot create output"), ("74", "I/O error, the disk is full"),
      ("75", "the memory budget cannot be met"),
      ("129, 130, 143", "ended by SIGHUP, SIGINT, SIGTERM; the trace is closed properly first"),
    ]
    let variables = [
      ("NO_COLOR", "where set, no colors are used"),
      ("COLORTERM", "truecolor or 24bit: the terminal takes colors of 24 bits"),
      ("TERM", "the terminal, whose description in terminfo(5) tells the rest"),
      ("XDG_CONFIG_HOME", "the folder of configuration; ~/.config without"),
    ]
    let files = [
      ("$XDG_CONFIG_HOME/gradtop/config.json", "theme, refresh, panels and keys of the dashboard"),
      ("$XDG_CONFIG_HOME/gradtop/themes/NAME.theme", "themes of your own"),
    ]
    return section("EXIT STATUS", statuses) + section("ENVIRONMENT", variables)
      + section("FILES", files)
  }

  private static func section(_ title: String, _ entries: [(String, String)]) -> String {
    ".SH \(title)\n"
      + entries.map { ".TP\n.B \(escaped($0.0))\n\(escaped(capitalized($0.1))).\n" }.joined()
  }

  private static func capitalized(_ text: String) -> String {
    // A name as csv or - stays as it is.
    guard let first = text.split(separator: " ").first, first.allSatisfy(\.isLetter) else {
      return text
    }
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func escaped(_ text: String) -> String {
    let escaped = text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      default: String(character)
      }
    }.joined()
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }
}
