extension TextBuffer {
  /// Appends a JSON string.
  mutating func append(quoted text: String) {
    append(ascii: "\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(ascii: "\\")
        append(byte)
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case ..<32:
        let digits = String(byte, radix: 16)
        append(utf8: "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: append(byte)
      }
    }
    append(ascii: "\"")
  }

  /// Appends a JSON value: null for a cell that was not measured, and strings for NaN and Inf, which
  /// JSON has no number for.
  mutating func append(json cell: Cell) {
    switch cell {
    case .empty: append("null")
    case .text(let text): append(quoted: text)
    case .name(let name): append(name.json)
    case .count(let count): append(count)
    case .microseconds(let nanoseconds): append(microseconds: nanoseconds)
    case .number(let number): append(json: number)
    case .single(let number): append(json: number)
    }
  }

  private mutating func append(json number: some FloatingPoint & CustomStringConvertible) {
    if !number.isFinite { append(ascii: "\"") }
    append(number)
    if !number.isFinite { append(ascii: "\"") }
  }
}
