/// Completion for bash.
enum BashCompletion {
  static var script: String {
    """
    # bash completion for gradtop; `gradtop completion bash` prints it
    _gradtop() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
      local command=${COMP_WORDS[1]}
      # bash takes --name=value for three words.
      if [[ $word == = ]]; then
        word=
      elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
      fi
      COMPREPLY=()
      if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "\(Shell.first.joined(separator: " "))" -- "$word")
        return
      fi
      case "$command $before" in
    \(values)  esac
      case $command in
    \(commands)    help) mapfile -t COMPREPLY < <(compgen -W "\(commandNames)" -- "$word") ;;
      esac
    }
    complete -o filenames -F _gradtop gradtop

    """
  }

  private static var commandNames: String {
    Command.allCases.map(\.rawValue).joined(separator: " ")
  }

  /// A case for each option that takes a value.
  private static var values: String {
    Command.allCases.flatMap { command in
      Option.of(command).compactMap { option -> String? in
        guard let candidates = option.candidates else { return nil }
        let patterns = option.names.map { "\"\(command.rawValue) \($0)\"" }
        return "    \(patterns.joined(separator: " | "))) \(reply(candidates))return ;;\n"
      }
    }.joined()
  }

  /// A case for each command.
  private static var commands: String {
    Command.allCases.map { command in
      let options = Option.of(command).flatMap(\.names).joined(separator: " ")
      return """
            \(command.rawValue))
              if [[ $word == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "\(options)" -- "$word")
              else
                \(reply(command.candidates)):
              fi ;;

        """
    }.joined()
  }

  private static func reply(_ candidates: Candidates) -> String {
    let generated: String
    switch candidates {
    case .none: return ""
    case .files: generated = "compgen -f -- \"$word\""
    case .words(let words):
      generated = "compgen -W \"\(words.joined(separator: " "))\" -- \"$word\""
    case .themes:
      generated =
        "compgen -W \"$(gradtop themes 2>/dev/null | cut -d' ' -f1)\" -- \"$word\"; "
        + "compgen -f -X '!*.theme' -- \"$word\""
    }
    return "mapfile -t COMPREPLY < <(\(generated)); "
  }
}
