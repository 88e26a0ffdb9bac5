/// Completion for fish.
enum FishCompletion {
  static var script: String {
    var lines = [
      "# fish completion for gradtop; `gradtop completion fish` prints it",
      "complete -c gradtop -f",
    ]
    for command in Command.allCases {
      lines.append(
        "complete -c gradtop -n __fish_use_subcommand -a \(command.rawValue) "
          + "-d \(quoted(command.summary))")
    }
    lines += [
      "complete -c gradtop -n __fish_use_subcommand -a help -d 'a page of help'",
      "complete -c gradtop -n __fish_use_subcommand -l version -d 'which gradtop this is'",
      "complete -c gradtop -n '__fish_seen_subcommand_from help' -a "
        + quoted(Command.allCases.map(\.rawValue).joined(separator: " ")),
    ]
    for command in Command.allCases {
      let condition = "-n '__fish_seen_subcommand_from \(command.rawValue)'"
      lines.append("complete -c gradtop \(condition) \(action(command.candidates))")
      for option in Option.of(command) {
        let short = option.short.map { " -s \($0.dropFirst())" } ?? ""
        let value = option.candidates.map { " -r \(action($0))" } ?? ""
        lines.append(
          "complete -c gradtop \(condition) -l \(option.name.dropFirst(2))\(short)\(value) "
            + "-d \(quoted(option.help))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func action(_ candidates: Candidates) -> String {
    switch candidates {
    case .none: "-f"
    case .files: "-F"
    case .words(let words): "-f -a \(quoted(words.joined(separator: " ")))"
    case .themes: "-F -a \"(gradtop themes 2>/dev/null | string replace -r ' .*' '')\""
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
