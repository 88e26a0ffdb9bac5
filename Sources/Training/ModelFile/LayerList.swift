/// A list of layers as a model file has it, not yet built.
struct LayerList: Sendable {
  /// One layer or container.
  struct Entry: Sendable {
    var jsonPath: String
    /// Given, or `type.index`.
    var name: String
    /// Names of what it takes; nil: the output of the layer before.
    var inputs: [String]?
    var initialValues: InitialValues
    var content: Content

    /// Whether it is no container.
    var isLayer: Bool { if case .layer = content { true } else { false } }
  }

  /// What an entry is.
  enum Content: Sendable {
    case layer(any LayerDefinition)
    case sequential(LayerList)
    case residual(body: LayerList, shortcut: LayerList?)
    case repeated(body: LayerList, times: Int, shares: Bool)
  }

  var entries: [Entry]

  /// Reads the array at `path`.
  init(_ items: [JSONValue], path: String) throws(ModelFileError) {
    entries = []
    var names: Set<String> = []
    for (index, item) in items.enumerated() {
      let entry = try Self.entry(item, index: index, path: "\(path)[\(index)]")
      guard names.insert(entry.name).inserted else {
        throw ModelFileError(
          entry.jsonPath + ".name", "another layer of this list is called \"\(entry.name)\"",
          hint: "names in a list must differ")
      }
      entries.append(entry)
    }
  }
}

extension LayerList {
  private static func entry(
    _ item: JSONValue, index: Int, path: String
  ) throws(ModelFileError) -> Entry {
    var reader = try ObjectReader(item, path: path)
    let type = try reader.choice("type", of: LayerCatalogue.types)
    let given = try reader.optionalString("name")
    if let given, given.isEmpty || given.contains(where: { $0 == "/" || $0 == "." }) {
      throw ModelFileError(
        path + ".name", "the name \"\(given)\" is empty or holds \"/\" or \".\"")
    }
    if let given, given.hasPrefix("$") {
      throw ModelFileError(path + ".name", "names that start with $ are gradtop's own")
    }
    let inputs = try inputNames(&reader)
    let initialValues = try InitialValues(&reader)
    let content: Content
    switch type {
    case "Sequential":
      content = .sequential(try list("body", &reader))
    case "Residual":
      content = .residual(
        body: try list("body", &reader),
        shortcut: reader.has("shortcut") ? try list("shortcut", &reader) : nil)
    case "Repeat":
      let times = try reader.int("times", in: 1...1_000_000)
      content = .repeated(
        body: try list("body", &reader), times: times,
        shares: try reader.bool("share", default: false))
    default:
      guard let definition = LayerCatalogue.definition(of: type) else {
        throw ModelFileError(path + ".type", "unknown type \"\(type)\"")
      }
      content = .layer(try definition.init(&reader))
    }
    try reader.finish()
    let name = given ?? "\(type.lowercased()).\(index)"
    return Entry(
      jsonPath: path, name: name, inputs: inputs, initialValues: initialValues, content: content)
  }

  private static func list(
    _ key: String, _ reader: inout ObjectReader
  ) throws(ModelFileError) -> LayerList {
    guard let items = try reader.optionalArray(key) else {
      throw reader.missing(key, "an array of layers")
    }
    return try LayerList(items, path: reader.path(of: key))
  }

  private static func inputNames(
    _ reader: inout ObjectReader
  ) throws(ModelFileError) -> [String]? {
    let single = try reader.optionalString("input")
    guard let items = try reader.optionalArray("inputs") else { return single.map { [$0] } }
    if single != nil {
      throw ModelFileError(reader.path(of: "inputs"), "both input and inputs are given")
    }
    var names: [String] = []
    for (index, item) in items.enumerated() {
      guard case .string(let name) = item else {
        throw ModelFileError(
          "\(reader.path(of: "inputs"))[\(index)]", "expected a name, found \(item.summary)")
      }
      names.append(name)
    }
    return names
  }
}
