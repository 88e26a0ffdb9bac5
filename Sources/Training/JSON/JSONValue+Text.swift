extension JSONValue {
  /// The value as one line of JSON; numbers that JSON cannot write are null.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .object(let members):
      list("{", members, "}", to: &bytes) { member, bytes in
        Self.append(member.key, to: &bytes)
        bytes += Array(": ".utf8)
        member.value.append(to: &bytes)
      }
    case .array(let items):
      list("[", items, "]", to: &bytes) { item, bytes in item.append(to: &bytes) }
    case .string(let text): Self.append(text, to: &bytes)
    case .integer(let number): bytes += Array("\(number)".utf8)
    case .number(let number): bytes += Array((number.isFinite ? "\(number)" : "null").utf8)
    case .bool(let flag): bytes += Array("\(flag)".utf8)
    case .null: bytes += Array("null".utf8)
    }
  }

  private func list<Item>(
    _ open: String, _ items: [Item], _ close: String, to bytes: inout [UInt8],
    _ body: (Item, inout [UInt8]) -> Void
  ) {
    bytes += Array(open.utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { bytes += Array(", ".utf8) }
      body(item, &bytes)
    }
    bytes += Array(close.utf8)
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case ..<32:
        let digits = String(byte, radix: 16)
        bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONValue.Member {
  /// A key with its value.
  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue {
  /// The elements of an array of integers.
  ///
  /// - Throws: `ModelFileError` at `path` where it is something else.
  public func integers(at path: String) throws(ModelFileError) -> [Int] {
    guard case .array(let items) = self else {
      throw ModelFileError(path, "expected an array, found \(summary)")
    }
    var result: [Int] = []
    for (index, item) in items.enumerated() {
      result.append(try item.integer(in: .min ... .max, at: "\(path)[\(index)]"))
    }
    return result
  }

  /// The elements of an array of numbers.
  ///
  /// - Throws: `ModelFileError` at `path` where it is something else.
  public func numbers(at path: String) throws(ModelFileError) -> [Double] {
    guard case .array(let items) = self else {
      throw ModelFileError(path, "expected an array, found \(summary)")
    }
    var result: [Double] = []
    for (index, item) in items.enumerated() {
      guard let number = item.double else {
        throw ModelFileError("\(path)[\(index)]", "expected a number, found \(item.summary)")
      }
      result.append(number)
    }
    return result
  }
}
