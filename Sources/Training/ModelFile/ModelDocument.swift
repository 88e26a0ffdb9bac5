/// A model file's text that can be changed: keys keep their order, what is not touched stays.
///
/// Each change says whether there was anything to change.
public struct ModelDocument: Sendable {
  private var root: JSONValue

  /// The document in `text`.
  public init(_ text: String) throws(ModelFileError) {
    root = try JSONParser.parse(Array(text.utf8))
  }

  /// The document as text: two spaces a level, what is short on one line.
  public var text: String { root.written(indent: 0) + "\n" }

  /// Makes every layer of one of `types` one of type `other`, without options of its own.
  public mutating func replaceLayers(_ types: [String], with other: String) -> Bool {
    // Recurrent layers have the same options; an activation's are its own.
    let keepsOptions = ["RNN", "LSTM", "GRU"].contains(other)
    return changeLists { layers in
      layers.map { layer in
        guard let type = layer["type"]?.string, types.contains(type), type != other else {
          return [layer]
        }
        var changed = layer
        if !keepsOptions {
          let kept = ["name", "input", "inputs"]
          changed = .object(
            layer.members.filter { kept.contains($0.key) || $0.key == "type" })
        }
        changed["nonlinearity"] = nil
        changed["type"] = .string(other)
        return [changed]
      }
    }
  }

  /// Starts all weights as `torch.nn.init` calls it and biases at 0, whatever layers say.
  public mutating func initialize(_ name: String, nonlinearity: String) -> Bool {
    _ = changeLists { layers in
      layers.map { layer in
        var changed = layer
        changed["init"] = nil
        changed["bias_init"] = nil
        return [changed]
      }
    }
    let before = root
    var start: [JSONValue.Member] = [.init(key: "type", value: .string(name))]
    if name.hasPrefix("kaiming") {
      start.append(.init(key: "nonlinearity", value: .string(nonlinearity)))
    }
    root["init"] = .object(start)
    root["bias_init"] = .object([.init(key: "type", value: .string("zeros"))])
    return root != before
  }

  /// Puts a layer of type `type` before each layer of one of `kinds` that has none there.
  public mutating func insert(_ type: String, before kinds: [String]) -> Bool {
    changeLists { layers in
      layers.enumerated().map { index, layer in
        let before = index > 0 ? layers[index - 1]["type"]?.string : nil
        guard let kind = layer["type"]?.string, kinds.contains(kind), before != type,
          layer["input"] == nil, layer["inputs"] == nil
        else { return [layer] }
        return [.object([.init(key: "type", value: .string(type))]), layer]
      }
    }
  }

  /// Makes the body of each `Repeat` a residual block.
  public mutating func addResiduals() -> Bool {
    changeLists { layers in
      layers.map { layer in
        guard layer["type"]?.string == "Repeat", let body = layer["body"]?.items,
          body.first?["type"]?.string != "Residual"
        else { return [layer] }
        var changed = layer
        changed["body"] = .array([
          .object([
            .init(key: "type", value: .string("Residual")), .init(key: "body", value: .array(body)),
          ])
        ])
        return [changed]
      }
    }
  }

  /// Clips the gradients' norm, unless it is clipped to less.
  public mutating func clipGradients(_ norm: Double) -> Bool {
    if let known = root["training"]?["clip_grad_norm"]?.double, known <= norm { return false }
    return setTraining("clip_grad_norm", .number(norm.rounded(digits: 3)))
  }

  /// Multiplies the learning rate, whose default is that of the optimizer.
  public mutating func scaleLearningRate(_ factor: Double) -> Bool {
    guard var optimizer = root["optimizer"] else { return false }
    let isSlow = ["SGD", "Adam", "AdamW"].contains(optimizer["type"]?.string ?? "")
    let rate = optimizer["lr"]?.double ?? (isSlow ? 1e-3 : 1e-2)
    optimizer["lr"] = .number((rate * factor).rounded(digits: 3))
    root["optimizer"] = optimizer
    return true
  }

  /// Multiplies the inputs before the first layer.
  public mutating func scaleInputs(_ factor: Double) -> Bool {
    guard let layers = root["model"]?.items else { return false }
    if let first = layers.first, first["type"]?.string == "Scale" {
      var changed = first
      changed["factor"] = .number(((first["factor"]?.double ?? 1) * factor).rounded(digits: 3))
      root["model"] = .array([changed] + layers.dropFirst())
      return true
    }
    // Another first layer takes the batch by its place alone.
    guard layers.first?["input"] == nil, layers.first?["inputs"] == nil else { return false }
    let scale = JSONValue.object([
      .init(key: "type", value: .string("Scale")),
      .init(key: "factor", value: .number(factor.rounded(digits: 3))),
    ])
    root["model"] = .array([scale] + layers)
    return true
  }

  /// Sets a key of `training`.
  public mutating func setTraining(_ key: String, _ value: JSONValue) -> Bool {
    var training = root["training"] ?? .object([])
    guard training[key] != value else { return false }
    training[key] = value
    root["training"] = training
    return true
  }

  /// Removes the layer at `path`; where others take it by name, an `Identity` stays.
  public mutating func remove(_ path: String) -> Bool {
    change(path) { layer in
      layer["name"] == nil
        ? nil
        : .object(
          [.init(key: "type", value: .string("Identity"))]
            + layer.members.filter { ["name", "input"].contains($0.key) })
    }
  }

  /// Lets the layer at `path` leave its input alone.
  public mutating func makeOutOfPlace(_ path: String) -> Bool {
    change(path) { layer in
      var changed = layer
      changed["inplace"] = nil
      return changed
    }
  }
}

// MARK: - Lists of layers

extension ModelDocument {
  private static let lists = ["body", "shortcut"]

  /// Changes every list of layers, inner ones first.
  private mutating func changeLists(_ change: ([JSONValue]) -> [[JSONValue]]) -> Bool {
    guard let layers = root["model"]?.items else { return false }
    let changed = Self.changed(layers, change)
    guard changed != layers else { return false }
    root["model"] = .array(changed)
    return true
  }

  private static func changed(
    _ layers: [JSONValue], _ change: ([JSONValue]) -> [[JSONValue]]
  ) -> [JSONValue] {
    let inner = layers.map { layer in
      var layer = layer
      for key in lists {
        if let items = layer[key]?.items { layer[key] = .array(changed(items, change)) }
      }
      return layer
    }
    return change(inner).flatMap { $0 }
  }

  /// Changes the layer at a path as tables print it; nil takes it away.
  private mutating func change(_ path: String, _ change: (JSONValue) -> JSONValue?) -> Bool {
    guard let layers = root["model"]?.items else { return false }
    let parts = path.split(separator: "/").map { String($0) }
    let changed = Self.changed(layers, parts[...], change)
    guard changed != layers else { return false }
    root["model"] = .array(changed)
    return true
  }

  private static func changed(
    _ layers: [JSONValue], _ path: ArraySlice<String>, _ change: (JSONValue) -> JSONValue?
  ) -> [JSONValue] {
    guard let name = path.first else { return layers }
    return layers.enumerated().compactMap { index, layer in
      let type = layer["type"]?.string ?? ""
      guard name == layer["name"]?.string ?? "\(type.lowercased()).\(index)" else { return layer }
      var rest = path.dropFirst()
      if rest.isEmpty { return change(layer) }
      // Copies of a Repeat are counted, a shortcut is named.
      if type == "Repeat" { rest = rest.dropFirst() }
      let list = rest.first == "shortcut" && layer["shortcut"] != nil ? "shortcut" : "body"
      if list == "shortcut" { rest = rest.dropFirst() }
      guard let items = layer[list]?.items else { return layer }
      var inner = layer
      inner[list] = .array(changed(items, rest, change))
      return inner
    }
  }
}

// MARK: - Values

extension JSONValue {
  fileprivate var members: [Member] {
    if case .object(let members) = self { members } else { [] }
  }

  fileprivate var items: [JSONValue]? {
    if case .array(let items) = self { items } else { nil }
  }

  fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The value of a key; setting nil takes the key away, a new one stands last.
  fileprivate subscript(key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      guard case .object(var members) = self else { return }
      if let index = members.firstIndex(where: { $0.key == key }) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(key: key, value: newValue))
      }
      self = .object(members)
    }
  }

  /// As text: on one line where that fits, else an element on each line.
  fileprivate func written(indent: Int) -> String {
    let line = compact
    if line.count + indent <= 96 { return line }
    let (inner, outer) = (
      String(repeating: " ", count: indent + 2), String(repeating: " ", count: indent)
    )
    switch self {
    case .object(let members):
      let lines = members.map { member in
        "\(inner)\(Self.quoted(member.key)): \(member.value.written(indent: indent + 2))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
    case .array(let items):
      let lines = items.map { inner + $0.written(indent: indent + 2) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
    default: return line
    }
  }

  private var compact: String {
    switch self {
    case .object(let members):
      "{"
        + members.map { "\(Self.quoted($0.key)): \($0.value.compact)" }.joined(separator: ", ")
        + "}"
    case .array(let items): "[" + items.map(\.compact).joined(separator: ", ") + "]"
    case .string(let text): Self.quoted(text)
    case .integer(let number): "\(number)"
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15
        ? "\(Int(number))" : "\(number)"
    case .bool(let flag): "\(flag)"
    case .null: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Double {
  /// With so many significant digits.
  fileprivate func rounded(digits: Int) -> Double {
    guard isFinite, self != 0 else { return self }
    var (scaled, exponent) = (abs(self), 0)
    while scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
    while scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
    let power = (1..<max(2, digits)).reduce(1.0) { product, _ in product * 10 }
    let mantissa = (scaled * power).rounded() / power
    let text = "\(self < 0 ? "-" : "")\(mantissa)e\(exponent)"
    return Double(text) ?? self
  }
}
