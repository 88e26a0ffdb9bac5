extension TextBuffer {
  /// Appends a text as RFC 4180 wants it, quoted where it must be.
  mutating func append(csv text: String) {
    let quote = UInt8(ascii: "\"")
    let needsQuotes = text.utf8.contains { byte in
      byte == quote || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\r")
        || byte == UInt8(ascii: "\n")
    }
    guard needsQuotes else { return append(utf8: text) }
    append(quote)
    for byte in text.utf8 {
      if byte == quote { append(quote) }
      append(byte)
    }
    append(quote)
  }

  /// Appends a cell; nothing where it was not measured.
  @inline(__always)
  mutating func append(csv cell: Cell) {
    switch cell {
    case .empty: break
    case .text(let text): append(csv: text)
    case .name(let name): append(name.csv)
    case .count(let count): append(count)
    case .microseconds(let nanoseconds): append(microseconds: nanoseconds)
    case .number(let number): append(number)
    case .single(let number): append(number)
    }
  }
}
