/// `gradtop completion`: what a shell needs to complete command lines, on standard output.
struct CompletionCommand {
  private let shell: Shell

  init(_ arguments: Arguments) throws(Failure) {
    let names = Shell.allCases.map(\.rawValue)
    guard let name = arguments.operands.first, arguments.operands.count == 1 else {
      throw Failure(
        .usage, "completion", "one shell is expected",
        hint: "valid are: "
          + names.joined(separator: ", "))
    }
    guard let shell = Shell(rawValue: name) else {
      throw Failure(
        .usage, "completion", "unknown shell \"\(name)\"",
        hint: Suggestion.hint(for: name, among: names))
    }
    self.shell = shell
  }

  func run() throws(Failure) -> ExitStatus {
    try printOutput(shell.script)
    return .success
  }
}
