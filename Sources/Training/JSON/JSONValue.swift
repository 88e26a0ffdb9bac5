/// A JSON text as a value: keys in their order, integers apart from other numbers.
public enum JSONValue: Equatable, Sendable {
  case object([Member])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// A key with its value.
  public struct Member: Equatable, Sendable {
    /// The key.
    public var key: String
    /// Its value.
    public var value: JSONValue
  }

  /// For messages: `"many"`, `3`, `an array`.
  var summary: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string(let text): "\"\(text)\""
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    case .null: "null"
    }
  }
}

/// A mistake in a model file: where, what, and what to do.
public struct ModelFileError: Error, Equatable {
  /// The JSON path, as `model[3].out_features`; empty for the file as a whole.
  public var path: String
  /// What was found and what was expected.
  public var what: String
  /// What helps; empty where nothing more can be said.
  public var hint: String

  /// A mistake at `path`.
  public init(_ path: String, _ what: String, hint: String = "") {
    self.path = path
    self.what = what
    self.hint = hint
  }
}
