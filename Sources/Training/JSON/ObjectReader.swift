/// Reads the keys of a JSON object; whoever asks for a key makes it a valid one, and `finish` refuses
/// all others.
public struct ObjectReader {
  /// Where the object stands.
  public let path: String
  private let members: [JSONValue.Member]
  private var asked: [String] = []

  /// The object at `path`.
  public init(_ value: JSONValue, path: String) throws(ModelFileError) {
    guard case .object(let members) = value else {
      throw ModelFileError(path, "expected an object, found \(value.summary)")
    }
    self.members = members
    self.path = path
  }

  /// The object that a JSON text is.
  public init(parsing text: [UInt8]) throws(ModelFileError) {
    try self.init(try JSONParser.parse(text), path: "")
  }

  /// Where the value of `key` stands.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Whether the object has `key`.
  public func has(_ key: String) -> Bool { members.contains { $0.key == key } }

  /// The value of `key` as it stands; nil where there is none.
  public mutating func value(_ key: String) -> JSONValue? {
    asked.append(key)
    return members.first { $0.key == key }?.value
  }

  /// Makes keys valid without reading them.
  public mutating func allow(_ keys: String...) { asked += keys }

  /// Refuses the first key that nobody asked for, and names the nearest one that is valid.
  public func finish() throws(ModelFileError) {
    for member in members where !asked.contains(member.key) {
      throw ModelFileError(
        path(of: member.key), "unknown key \"\(member.key)\"",
        hint: Spelling.hint(for: member.key, among: asked))
    }
  }
}

// MARK: - Typed values

extension ObjectReader {
  /// An integer that must be there.
  public mutating func int(
    _ key: String, in range: ClosedRange<Int>
  ) throws(ModelFileError) -> Int {
    guard let number = try optionalInt(key, in: range) else { throw missing(key, "an integer") }
    return number
  }

  /// An integer, or `default`.
  public mutating func int(
    _ key: String, in range: ClosedRange<Int>, default number: Int
  ) throws(ModelFileError) -> Int {
    try optionalInt(key, in: range) ?? number
  }

  /// An integer, or nil.
  public mutating func optionalInt(
    _ key: String, in range: ClosedRange<Int>
  ) throws(ModelFileError) -> Int? {
    guard let value = value(key) else { return nil }
    return try value.integer(in: range, at: path(of: key))
  }

  /// A number, or `default`.
  public mutating func double(
    _ key: String, in range: ClosedRange<Double>, default number: Double
  ) throws(ModelFileError) -> Double {
    try optionalDouble(key, in: range) ?? number
  }

  /// A number, or nil.
  public mutating func optionalDouble(
    _ key: String, in range: ClosedRange<Double>
  ) throws(ModelFileError) -> Double? {
    guard let value = value(key) else { return nil }
    return try value.number(in: range, at: path(of: key))
  }

  /// True or false, or `default`.
  public mutating func bool(
    _ key: String, default flag: Bool
  ) throws(ModelFileError) -> Bool {
    guard let value = value(key) else { return flag }
    guard case .bool(let flag) = value else {
      throw ModelFileError(path(of: key), "expected true or false, found \(value.summary)")
    }
    return flag
  }

  /// A text that must be there.
  public mutating func string(_ key: String) throws(ModelFileError) -> String {
    guard let text = try optionalString(key) else { throw missing(key, "a string") }
    return text
  }

  /// A text, or nil.
  public mutating func optionalString(_ key: String) throws(ModelFileError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else {
      throw ModelFileError(path(of: key), "expected a string, found \(value.summary)")
    }
    return text
  }

  /// One of `names`, or `default`; without a default it must be there.
  public mutating func choice(
    _ key: String, of names: [String], default name: String? = nil
  ) throws(ModelFileError) -> String {
    guard let text = try optionalString(key) else {
      if let name { return name }
      throw missing(key, "one of " + names.joined(separator: ", "))
    }
    guard names.contains(text) else {
      throw ModelFileError(
        path(of: key), "unknown \(key) \"\(text)\"", hint: Spelling.hint(for: text, among: names))
    }
    return text
  }

  /// An array, or nil.
  public mutating func optionalArray(_ key: String) throws(ModelFileError) -> [JSONValue]? {
    guard let value = value(key) else { return nil }
    guard case .array(let items) = value else {
      throw ModelFileError(path(of: key), "expected an array, found \(value.summary)")
    }
    return items
  }

  /// An object, or nil.
  public mutating func optionalObject(_ key: String) throws(ModelFileError) -> ObjectReader? {
    guard let value = value(key) else { return nil }
    return try ObjectReader(value, path: path(of: key))
  }

  /// Sizes: a number or an array of numbers; nil where there are none.
  public mutating func optionalSizes(
    _ key: String, in range: ClosedRange<Int>
  ) throws(ModelFileError) -> [Int]? {
    guard let value = value(key) else { return nil }
    guard case .array(let items) = value else {
      return [try value.integer(in: range, at: path(of: key))]
    }
    var sizes: [Int] = []
    for (index, item) in items.enumerated() {
      sizes.append(try item.integer(in: range, at: "\(path(of: key))[\(index)]"))
    }
    return sizes
  }

  /// The error where a key that must be there is not: where another key looks like it, that one is
  /// the mistake.
  func missing(_ key: String, _ kind: String) -> ModelFileError {
    let misspelt = members.map(\.key).first {
      guard !asked.contains($0) else { return false }
      let isShortened = $0.count > 2 && key.hasPrefix($0.lowercased())
      return isShortened || Spelling.distance($0.lowercased(), key) <= max(1, key.count / 3)
    }
    if let misspelt {
      return ModelFileError(
        path(of: misspelt), "unknown key \"\(misspelt)\"", hint: "did you mean \"\(key)\"?")
    }
    return ModelFileError(path(of: key), "missing; expected \(kind)")
  }
}

extension JSONValue {
  /// The value as a number.
  var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// The value as a number.
  func number(in range: ClosedRange<Double>, at path: String) throws(ModelFileError) -> Double {
    guard let number = double else {
      throw ModelFileError(path, "expected a number, found \(summary)")
    }
    guard range.contains(number) else {
      throw ModelFileError(
        path, "expected a number \(Self.name(range, number)), found \(summary)")
    }
    return number
  }

  /// A range for people, who need its end of float32 only where `number` is beyond that.
  private static func name(_ range: ClosedRange<Double>, _ number: Double) -> String {
    let (low, high) = (range.lowerBound, range.upperBound)
    // The largest numbers stand for no bound, the smallest above 0 for all above 0.
    let isLow = low <= -Double(Float.greatestFiniteMagnitude) && number >= low
    let isHigh = high >= Double(Float.greatestFiniteMagnitude) && number <= high
    if isHigh { return low > 0 && low < 1e-30 ? "above 0" : "of at least \(short(low))" }
    if isLow { return "of at most \(short(high))" }
    return low > 0 && low < 1e-30
      ? "above 0, at most \(short(high))" : "from \(short(low)) to \(short(high))"
  }

  /// Without a point where there is nothing behind it.
  private static func short(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  /// The value as an integer; `3.0` is one, `3.5` is not.
  func integer(in range: ClosedRange<Int>, at path: String) throws(ModelFileError) -> Int {
    var found: Int?
    if case .integer(let number) = self { found = number }
    if case .number(let number) = self { found = Int(exactly: number) }
    guard let found, range.contains(found) else {
      let isTooLarge = (double ?? 0) >= 0x1p63
      let bounds =
        range.upperBound == .max && !isTooLarge
        ? (range.lowerBound == .min ? "" : " of at least \(range.lowerBound)")
        : " from \(range.lowerBound) to \(range.upperBound)"
      throw ModelFileError(path, "expected an integer\(bounds), found \(summary)")
    }
    return found
  }
}
