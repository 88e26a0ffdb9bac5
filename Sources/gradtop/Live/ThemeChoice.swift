import Screen

/// Which theme, and which come after it.
struct ThemeChoice {
  /// The chosen one first.
  let cycle: [Theme]

  init(_ name: String?) throws(Failure) {
    let shipped = Theme.shipped
    guard let name else {
      cycle = shipped
      return
    }
    if let index = shipped.firstIndex(where: { $0.name == name }) {
      cycle = Array(shipped[index...] + shipped[..<index])
      return
    }
    guard name.contains("/") || name.hasSuffix(".theme") else {
      throw Failure(
        .usage, "--theme", "unknown theme \"\(name)\"",
        hint: Suggestion.hint(for: name, among: shipped.map(\.name)))
    }
    let text = String(decoding: try readFile(name), as: UTF8.self)
    do { cycle = [try Theme(name: name, text: text)] + shipped } catch {
      throw Failure(
        .badInput, "\(name):\(error.line)",
        (error.role.isEmpty ? "" : "\(error.role): ") + error.reason)
    }
  }
}
