import Glibc

/// A strict reader of RFC 8259 texts.
///
/// Ours because the standard one keeps neither order, duplicates nor positions, all of which a clear
/// message needs. Never traps: every mistake is an error with line and column.
public struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  /// Deeper nesting than this is refused.
  static let depthLimit = 512

  /// The value of a whole text.
  public static func parse(_ text: [UInt8]) throws(ModelFileError) -> JSONValue {
    var parser = JSONParser(bytes: text)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.bytes.count else {
      throw parser.mistake("text follows the end of the JSON value")
    }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() throws(ModelFileError) -> JSONValue {
    skipSpace()
    guard let byte = peek else { throw mistake("the file ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"):
      return try nested { parser throws(ModelFileError) in try parser.object() }
    case UInt8(ascii: "["):
      return try nested { parser throws(ModelFileError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw mistake("expected a value, found \(shown(byte))")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(ModelFileError) -> JSONValue
  ) throws(ModelFileError) -> JSONValue {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw mistake("more than \(Self.depthLimit) levels of nesting")
    }
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(ModelFileError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw mistake("expected a key in quotes") }
      let start = position
      let key = try string()
      guard keys.insert(key).inserted else {
        position = start
        throw mistake("the key \"\(key)\" stands twice in one object")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw mistake("expected a colon after \"\(key)\"") }
      members.append(JSONValue.Member(key: key, value: try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw mistake("expected a comma or }") }
    }
  }

  private mutating func array() throws(ModelFileError) -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      items.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw mistake("expected a comma or ]") }
    }
  }

  private mutating func word(
    _ text: StaticString, _ value: JSONValue
  ) throws(ModelFileError) -> JSONValue {
    let word = Array("\(text)".utf8)
    guard bytes[position...].starts(with: word) else {
      throw mistake("expected a value, found \(shown(bytes[position]))")
    }
    position += word.count
    return value
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func number() throws(ModelFileError) -> JSONValue {
    let start = position
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) {
      guard skipDigits() else { throw mistake("expected a digit") }
    } else if let byte = peek, Self.isDigit(byte) {
      throw mistake("a number does not start with 0")
    }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      guard skipDigits() else { throw mistake("expected a digit after the decimal point") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard skipDigits() else { throw mistake("expected a digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      position = start
      throw mistake("the number \(text) is too large")
    }
    return .number(number)
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = peek, Self.isDigit(byte) { position += 1 }
    return position > start
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

// MARK: - Strings

extension JSONParser {
  private mutating func string() throws(ModelFileError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw mistake("the string is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20:
        throw mistake("a control character in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw mistake("the file ends inside a string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(ModelFileError) {
    guard let byte = peek else { throw mistake("the file ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
          throw mistake("half of a surrogate pair")
        }
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw mistake("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw mistake("half of a surrogate pair") }
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default: throw mistake("\\\(shown(byte)) is no escape")
    }
  }

  private mutating func hexadecimal() throws(ModelFileError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw mistake("expected four hexadecimal digits") }
    position += 4
    return code
  }
}

// MARK: - Bytes

extension JSONParser {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func shown(_ byte: UInt8) -> String {
    byte < 0x80 ? String(Unicode.Scalar(byte)) : "a byte of value \(byte)"
  }

  private func mistake(_ what: String) -> ModelFileError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.reversed().prefix { $0 != 0x0A }.count + 1
    return ModelFileError(
      "", "line \(line), column \(column): \(what)", hint: "the file must be JSON (RFC 8259)")
  }
}
