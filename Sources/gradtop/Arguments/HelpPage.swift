/// Pages of help, each of which fits a screen of 80 × 24.
enum HelpPage {
  /// Rows of the smallest screen that a page must fit, less the prompt's.
  private static let rows = 23

  static var overview: String {
    var text = """
      gradtop: the backward pass of a training run, watched live

      usage: gradtop COMMAND [OPTIONS]

      """
    for command in Command.allCases {
      text += "  " + padded("\(command.rawValue) \(command.operands)", 26) + command.summary + "\n"
    }
    text += "  " + padded("help [COMMAND]", 26) + "this page, or that of a command\n"
    text += "  " + padded("--version", 26) + "which gradtop this is\n"
    return text + "\nexample: gradtop run        (trains on handwritten digits; q leaves)\n"
  }

  static func page(of command: Command) -> String {
    let title = "gradtop \(command.rawValue) \(command.operands): \(command.summary)"
    let labels = Option.of(command).map { option in
      let name = option.names.joined(separator: ", ")
      return (label: option.value.map { "\(name) \($0)" } ?? name, help: option.help)
    }
    let width = max(26, (labels.map(\.label.count).max() ?? 0) + 2)
    let options = labels.map { "  " + padded($0.label, width) + $0.help }
    let example = "example: \(command.example)"
    var lines = [title, "", "options:"] + options + ["", example]
    // A long list has no room for empty lines, nor for what names say.
    if lines.count > rows {
      let plain = Set(["--no-color", "--quiet", "--verbose", "--help"])
      let named = Option.of(command).filter { plain.contains($0.name) }
      let long = zip(Option.of(command), options).filter { !plain.contains($0.0.name) }.map(\.1)
      let short = named.map { $0.names.joined(separator: ", ") }.joined(separator: "   ")
      lines = [title] + long + ["  " + short, example]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
