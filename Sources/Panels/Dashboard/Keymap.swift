public import Screen

/// Which key means what: `Binding.all`, and what people have changed in it.
public struct Keymap: Sendable {
  private(set) var bindings = Binding.all

  /// The keys as they are without any change.
  public init() {}

  /// Names of what keys can mean, as a file of configuration has them.
  public static var actionNames: [String] { Binding.all.compactMap(\.action.name) }

  /// Has `keys`, and no others, mean what `name` stands for; they mean nothing else any more.
  public mutating func bind(_ name: String, to keys: [Key]) {
    for index in bindings.indices {
      let isMeant = bindings[index].action.name == name
      let before = bindings[index].keys
      bindings[index].keys = isMeant ? keys : before.filter { !keys.contains($0) }
      guard bindings[index].keys != before, !bindings[index].label.isEmpty else { continue }
      bindings[index].label = bindings[index].keys.map(\.name).joined(separator: " ")
    }
  }

  func action(of key: Key) -> Action? { bindings.first { $0.keys.contains(key) }?.action }
}

extension Action {
  /// As a file of configuration calls it: `step_forward`; nil: its keys are fixed.
  var name: String? {
    if case .panel = self { return nil }
    return "\(self)".reduce(into: "") { name, character in
      name += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
  }
}
