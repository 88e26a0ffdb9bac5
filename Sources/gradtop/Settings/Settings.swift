import Glibc
import Panels
import Screen
import Training

/// What people have set up for the dashboard: `config.json` in gradtop's folder of configuration.
///
/// ```json
/// {"theme": "nord", "refresh": 10, "panels": ["overview", "layers"], "keys": {"pause": ["p", "Space"]}}
/// ```
struct Settings {
  /// A theme's name, or the path of its file.
  var theme: String?
  /// Frames a second at most.
  var refresh = 30
  /// The panels, in the order of their tabs.
  var panels = Dashboard.panelNames
  /// Keys by the names of what they mean.
  var keys: [String: [Key]] = [:]
  private var path = "config.json"

  /// What the file says, where there is one.
  static func read() throws(Failure) -> Settings {
    var settings = Settings()
    guard let folder = Folders.configuration else { return settings }
    settings.path = folder + "/config.json"
    let bytes: [UInt8]
    do { bytes = try readFile(settings.path) } catch {
      guard error.status == .notFound else { throw error }
      return settings
    }
    do { try settings.read(bytes) } catch { throw Failure(error, in: settings.path) }
    return settings
  }

  /// The theme of the command line, else that of the file, else the default.
  func theme(_ name: String?) throws(Failure) -> ThemeChoice {
    if let name { return try ThemeChoice(name) }
    guard let theme else { return try ThemeChoice(nil) }
    do { return try ThemeChoice(theme, place: "\(path): theme") } catch {
      throw Failure(.badInput, error.place, error.what, hint: error.hint)
    }
  }

  /// A dashboard as the file has it.
  var dashboard: Dashboard {
    var dashboard = Dashboard(panels: panels)
    for (action, keys) in keys.sorted(by: { $0.key < $1.key }) {
      dashboard.keymap.bind(action, to: keys)
    }
    return dashboard
  }

  private mutating func read(_ bytes: [UInt8]) throws(ModelFileError) {
    var reader = try ObjectReader(parsing: bytes)
    theme = try reader.optionalString("theme")
    refresh = try reader.int("refresh", in: 1...30, default: refresh)
    if let names = try reader.optionalArray("panels") {
      panels = try Self.panels(names, at: reader.path(of: "panels"))
    }
    if let object = try reader.optionalObject("keys") { keys = try Self.keys(object) }
    try reader.finish()
  }

  private static func panels(
    _ names: [JSONValue], at path: String
  ) throws(ModelFileError) -> [String] {
    var panels: [String] = []
    for (index, name) in names.enumerated() {
      let place = "\(path)[\(index)]"
      guard case .string(let name) = name else {
        throw ModelFileError(place, "expected the name of a panel")
      }
      guard Dashboard.panelNames.contains(name) else {
        throw ModelFileError(
          place, "unknown panel \"\(name)\"",
          hint: Spelling.hint(for: name, among: Dashboard.panelNames))
      }
      guard !panels.contains(name) else {
        throw ModelFileError(place, "\"\(name)\" stands twice")
      }
      panels.append(name)
    }
    guard !panels.isEmpty else {
      throw ModelFileError(
        path, "expected at least one panel",
        hint: "valid are: " + Dashboard.panelNames.joined(separator: ", "))
    }
    return panels
  }

  private static func keys(_ object: ObjectReader) throws(ModelFileError) -> [String: [Key]] {
    var reader = object
    var (keys, owners): ([String: [Key]], [Key: String]) = ([:], [:])
    for action in Keymap.actionNames {
      guard let value = reader.value(action) else { continue }
      let path = reader.path(of: action)
      let names: [JSONValue]
      if case .array(let several) = value { names = several } else { names = [value] }
      for (index, name) in names.enumerated() {
        let place = names.count == 1 ? path : "\(path)[\(index)]"
        guard case .string(let name) = name else {
          throw ModelFileError(place, "expected the name of a key")
        }
        guard let key = Key(named: name) else {
          throw ModelFileError(
            place, "unknown key \"\(name)\"",
            hint: "expected a character, or one of " + Key.specialNames.joined(separator: ", "))
        }
        if let owner = owners[key] {
          throw ModelFileError(place, "\"\(name)\" means \(owner) already")
        }
        owners[key] = action
        keys[action, default: []].append(key)
      }
    }
    try reader.finish()
    return keys
  }
}
