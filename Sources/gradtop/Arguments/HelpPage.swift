/// Pages of help, each of which fits a screen.
enum HelpPage {
  static var overview: String {
    var text = """
      gradtop: the backward pass of a training run, watched live

      usage: gradtop COMMAND [OPTIONS]

      """
    for command in Command.allCases {
      text += "  " + padded("\(command.rawValue) \(command.operands)", 24) + command.summary + "\n"
    }
    text += "  " + padded("help [COMMAND]", 24) + "this page, or that of a command\n"
    text += "  " + padded("--version", 24) + "which gradtop this is\n"
    return text + "\nexample: gradtop run        (trains on handwritten digits; q leaves)\n"
  }

  static func page(of command: Command) -> String {
    var text = "gradtop \(command.rawValue) \(command.operands): \(command.summary)\n\noptions:\n"
    for option in Option.of(command) {
      let name = [option.short, option.name].compactMap { $0 }.joined(separator: ", ")
      let label = option.value.map { "\(name) \($0)" } ?? name
      text += "  " + padded(label, 26) + option.help + "\n"
    }
    return text + "\nexample: \(command.example)\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
