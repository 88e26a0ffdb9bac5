import Training

/// A command's options and operands.
struct Arguments {
  let command: Command
  let operands: [String]
  private let values: [String: String]
  /// Every value of an option that may be given more than once.
  private let lists: [String: [String]]

  /// Reads what stands behind the command.
  init(_ words: [String], for command: Command) throws(Failure) {
    self.command = command
    let options = Option.of(command)
    var (operands, values): ([String], [String: String]) = ([], [:])
    var lists: [String: [String]] = [:]
    var rest = words[...]
    var onlyOperands = false
    while let word = rest.popFirst() {
      if onlyOperands || word == "-" || !word.hasPrefix("-") {
        operands.append(word)
        continue
      }
      if word == "--" {
        onlyOperands = true
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = word.hasPrefix("--") ? String(parts[0]) : word
      guard let option = options.first(where: { $0.name == name || $0.short == name }) else {
        throw Failure(
          .usage, command.rawValue, "unknown option \(name)",
          hint: Suggestion.hint(for: name, among: options.map(\.name)))
      }
      let attached = word.hasPrefix("--") && parts.count == 2 ? String(parts[1]) : nil
      if let value = option.value {
        guard let text = attached ?? rest.popFirst() else {
          throw Failure(.usage, "\(command.rawValue) \(option.name)", "expected \(value)")
        }
        values[option.name] = text
        lists[option.name, default: []].append(text)
      } else if attached != nil {
        throw Failure(.usage, "\(command.rawValue) \(option.name)", "takes no value")
      } else {
        values[option.name] = ""
      }
    }
    self.operands = operands
    self.values = values
    self.lists = lists
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func text(_ name: String) -> String? { values[name] }

  /// The values of an option that may be given more than once, in their order.
  func all(_ name: String) -> [String] { lists[name] ?? [] }

  /// A whole number of at least `least`, and at most `most`.
  func integer(_ name: String, least: Int, most: Int = .max) throws(Failure) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), number >= least else {
      throw mistake(name, "expected a whole number of at least \(least), found \"\(text)\"")
    }
    guard number <= most else { throw mistake(name, "\(text) is too large, at most \(most)") }
    return number
  }

  /// A number of bytes.
  func size(_ name: String) throws(Failure) -> Int? {
    guard let text = values[name] else { return nil }
    guard let bytes = ByteSize.parse(text) else {
      throw mistake(name, "expected \(ByteSize.form), found \"\(text)\"")
    }
    return bytes
  }

  /// One of `choices`, or the first of them.
  func choice(_ name: String, of choices: [String]) throws(Failure) -> String {
    guard let text = values[name] else { return choices[0] }
    guard choices.contains(text) else {
      throw mistake(
        name, "unknown value \"\(text)\"", hint: Suggestion.hint(for: text, among: choices))
    }
    return text
  }

  /// The one trace that the command looks at.
  func trace() throws(Failure) -> String { try file("a trace") }

  /// The one file that the command reads.
  func file(_ what: String) throws(Failure) -> String {
    guard let path = operands.first else {
      throw Failure(
        .usage, command.rawValue, "\(what) is expected",
        hint: "gradtop \(command.rawValue) \(command.operands)")
    }
    guard operands.count == 1 else {
      throw Failure(
        .usage, command.rawValue, "one \(what.dropFirst(2)) at a time, found \(operands.count)",
        hint: "options start with --: gradtop help \(command.rawValue) lists them")
    }
    return path
  }

  /// The file that the command looks at, and one to compare it with.
  func traces() throws(Failure) -> (String, String?) {
    guard [.replay, .frame].contains(command), operands.count > 1 else {
      return (try trace(), nil)
    }
    guard operands.count == 2 else {
      throw Failure(
        .usage, command.rawValue, "two traces at most, found \(operands.count)",
        hint: "name the two to look at side by side")
    }
    return (operands[0], operands[1])
  }

  func mistake(_ name: String, _ what: String, hint: String = "") -> Failure {
    Failure(.usage, "\(command.rawValue) \(name)", what, hint: hint)
  }
}
