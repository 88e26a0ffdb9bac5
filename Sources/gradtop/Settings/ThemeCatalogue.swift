import Screen

/// All themes that can be had by name: those that ship, and files in the folders of themes.
struct ThemeCatalogue {
  /// A theme with the file it comes from.
  struct Entry {
    var theme: Theme
    /// Nil: it is built in.
    var file: String?
  }

  /// Those that ship, the default first, then others by name.
  private(set) var entries = Theme.shipped.map { Entry(theme: $0) }
  /// What is wrong with files; each such theme is left out, or stays the one that ships.
  private(set) var problems: [String] = []

  private static let suffix = ".theme"

  init(folders: [String] = Folders.themes) {
    var found: [String: String] = [:]
    for folder in folders {
      for file in Folders.files(in: folder) where file.hasSuffix(Self.suffix) {
        let name = String(file.dropLast(Self.suffix.count))
        if found[name] == nil { found[name] = "\(folder)/\(file)" }
      }
    }
    for (name, file) in found.sorted(by: { $0.key < $1.key }) {
      do {
        let entry = Entry(theme: try Self.read(file, named: name), file: file)
        if let index = entries.firstIndex(where: { $0.theme.name == name }) {
          entries[index] = entry
        } else {
          entries.append(entry)
        }
      } catch {
        problems.append(error.description)
      }
    }
  }

  var themes: [Theme] { entries.map(\.theme) }

  /// Reads the file at `path`.
  static func read(_ path: String, named name: String) throws(Failure) -> Theme {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    do { return try Theme(name: name, text: text) } catch {
      throw Failure(
        .badInput, "\(path):\(error.line)",
        (error.role.isEmpty ? "" : "\(error.role): ") + error.reason)
    }
  }
}
