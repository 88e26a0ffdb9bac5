/// Completion for zsh.
enum ZshCompletion {
  static var script: String {
    """
    #compdef gradtop
    # zsh completion for gradtop; `gradtop completion zsh` prints it
    _gradtop() {
      local -a commands
      commands=(
    \(commands)    'help:a page of help'
        '--version:which gradtop this is'
      )
      if ((CURRENT == 2)); then
        _describe command commands
        return
      fi
      shift words
      ((CURRENT--))
      case $words[1] in
    \(cases)    help) _values command \(Command.allCases.map(\.rawValue).joined(separator: " ")) ;;
      esac
    }
    if [[ $funcstack[1] == _gradtop ]]; then
      _gradtop "$@"
    else
      compdef _gradtop gradtop
    fi

    """
  }

  private static var commands: String {
    Command.allCases.map { "    '\($0.rawValue):\(quoted($0.summary))'\n" }.joined()
  }

  private static var cases: String {
    Command.allCases.map { command in
      var lines = Option.of(command).map { option in
        let help = "[\(bracketed(option.help))]"
        let value = option.candidates.map {
          ":\(bracketed(option.value ?? "")):\(action($0))"
        }
        let suffix = quoted(help + (value ?? ""))
        let name = option.name + (value == nil ? "" : "=")
        guard let short = option.short else { return "'\(name)\(suffix)'" }
        return "'(\(short) \(option.name))'{\(short),\(name)}'\(suffix)'"
      }
      let operand = action(command.candidates)
      if !operand.isEmpty { lines.append("'*:\(bracketed(command.operands)):\(quoted(operand))'") }
      return "    \(command.rawValue))\n      _arguments -s \\\n        "
        + lines.joined(separator: " \\\n        ") + " ;;\n"
    }.joined()
  }

  private static func action(_ candidates: Candidates) -> String {
    switch candidates {
    case .none: ""
    case .files: "_files"
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .themes: "{compadd -- $(gradtop themes 2>/dev/null | cut -d' ' -f1); _files -g '*.theme'}"
    }
  }

  /// Within single quotes.
  private static func quoted(_ text: String) -> String {
    text.map { $0 == "'" ? "'\\''" : String($0) }.joined()
  }

  /// Within the brackets of `_arguments`.
  private static func bracketed(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
