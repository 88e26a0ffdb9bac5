/// Numbers as digits, without a string in between: tables are millions of them.
enum DecimalText {
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var (index, rest) = (20, number)
      repeat {
        index -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
        rest = quotient
      } while rest > 0
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[index..<20]))
    }
  }

  /// Nanoseconds in microseconds: `12.5` for 12,500, `3.0` for 3,000, as a double would be printed.
  static func append(microseconds nanoseconds: UInt64, to bytes: inout [UInt8]) {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    append(whole, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    let (hundreds, tens, ones) = (rest / 100, rest / 10 % 10, rest % 10)
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: hundreds))
    guard tens > 0 || ones > 0 else { return }
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens))
    if ones > 0 { bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: ones)) }
  }
}

extension Cell {
  /// Appends what `description` says.
  func append(to bytes: inout [UInt8]) {
    switch self {
    case .empty: break
    case .count(let count): DecimalText.append(count, to: &bytes)
    case .microseconds(let nanoseconds):
      DecimalText.append(microseconds: nanoseconds, to: &bytes)
    case .text, .name, .number, .single:
      var text = description
      text.withUTF8 { bytes.append(contentsOf: $0) }
    }
  }
}
