import Screen

/// Which theme, and which come after it.
struct ThemeChoice {
  /// The chosen one first.
  let cycle: [Theme]
  /// What is wrong with files of themes; where the chosen one has a mistake, the default is used.
  private(set) var problems: [String]

  var chosen: Theme { cycle[0] }

  /// - Parameters:
  ///   - name: A theme's name, or the path of its file; nil: the default.
  ///   - place: Where the name stands.
  init(_ name: String?, place: String = "--theme") throws(Failure) {
    let catalogue = ThemeCatalogue()
    let themes = catalogue.themes
    problems = catalogue.problems
    guard let name else {
      cycle = themes
      return
    }
    if let index = themes.firstIndex(where: { $0.name == name }) {
      cycle = Array(themes[index...] + themes[..<index])
      return
    }
    if !name.contains("/"), !name.hasSuffix(".theme") {
      // One that is there, but has a mistake, has been told of.
      guard problems.contains(where: { $0.contains("/\(name).theme:") }) else {
        throw Failure(
          .usage, place, "unknown theme \"\(name)\"",
          hint: Suggestion.hint(for: name, among: themes.map(\.name)))
      }
      cycle = themes
      return
    }
    do { cycle = [try ThemeCatalogue.read(name, named: Self.stem(name))] + themes } catch {
      guard error.status == .badInput else { throw error }
      problems.append(error.description + "; \(themes[0].name) is used")
      cycle = themes
    }
  }

  /// Tells of the problems on standard error.
  func report() {
    for problem in problems { printError("gradtop: \(problem)") }
  }

  private static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".theme") ? String(file.dropLast(6)) : file
  }
}
