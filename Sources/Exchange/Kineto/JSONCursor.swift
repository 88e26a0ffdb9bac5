import Glibc

/// Steps through JSON text without making values of it.
///
/// It is lenient where profilers are sloppy: control characters and invalid UTF-8 in strings pass, and
/// what is skipped is only checked for strings and brackets.
struct JSONCursor {
  enum Stop: Error {
    /// The text ends before the value does.
    case incomplete
    /// This is no JSON.
    case malformed
  }

  private let base: UnsafePointer<UInt8>
  private(set) var position: Int
  private let end: Int

  /// A cursor at the first of `bytes`, which must outlive it; nil where there are none.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return nil }
    self.base = base.assumingMemoryBound(to: UInt8.self)
    position = 0
    end = bytes.count
  }

  subscript(index: Int) -> UInt8 { base[index] }

  /// The next byte that is no white space, not consumed.
  @inline(__always)
  mutating func peek() throws(Stop) -> UInt8 {
    while position < end {
      let byte = base[position]
      if byte > 0x20 { return byte }
      position += 1
    }
    throw .incomplete
  }

  /// Consumes `byte` where it comes next.
  @inline(__always)
  mutating func take(_ byte: UInt8) throws(Stop) -> Bool {
    guard try peek() == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  mutating func expect(_ byte: UInt8) throws(Stop) {
    guard try take(byte) else { throw .malformed }
  }

  /// The text between the quotes of a string, escapes as they stand.
  @inline(__always)
  mutating func string() throws(Stop) -> Range<Int> {
    try expect(UInt8(ascii: "\""))
    let start = position
    while position < end {
      let byte = base[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return start..<position - 1
      }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    throw .incomplete
  }

  /// The text of a scalar: a string without its quotes, a number or a literal.
  mutating func scalar() throws(Stop) -> Range<Int> {
    if try peek() == UInt8(ascii: "\"") { return try string() }
    let start = position
    while position < end {
      switch base[position] {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...0x20:
        guard position > start else { throw .malformed }
        return start..<position
      default: position += 1
      }
    }
    throw .incomplete
  }

  /// Steps over a value of any kind.
  mutating func skip() throws(Stop) {
    let first = try peek()
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      _ = try scalar()
      return
    }
    var depth = 0
    while position < end {
      switch base[position] {
      case UInt8(ascii: "\""):
        _ = try string()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          position += 1
          return
        }
      default: break
      }
      position += 1
    }
    throw .incomplete
  }

  /// The text of a value of any kind, which is stepped over.
  mutating func value() throws(Stop) -> Range<Int> {
    _ = try peek()
    let start = position
    try skip()
    return start..<position
  }

  /// Whether the text in `range` is `text`.
  @inline(__always)
  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount
      && memcmp(base + range.lowerBound, text.utf8Start, range.count) == 0
  }

  func text(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}

// MARK: - Numbers

extension JSONCursor {
  /// A whole number, 0 for what is none, and the nearest one where it does not fit.
  func integer(_ range: Range<Int>) -> Int64 {
    thousandths(range, digits: 0)
  }

  /// A number of microseconds, `12.345`, in nanoseconds: exactly, without a detour over a double.
  func nanoseconds(_ range: Range<Int>) -> Int64 {
    thousandths(range, digits: 3)
  }

  /// The decimal number in `range` times 10^`digits`, further digits dropped.
  private func thousandths(_ range: Range<Int>, digits: Int) -> Int64 {
    var index = range.lowerBound
    var (value, isNegative, left) = (UInt64(0), false, digits)
    var hasPoint = false
    if index < range.upperBound, base[index] == UInt8(ascii: "-") {
      isNegative = true
      index += 1
    }
    while index < range.upperBound {
      let byte = base[index]
      index += 1
      if byte == UInt8(ascii: ".") {
        hasPoint = true
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
        if byte | 0x20 == UInt8(ascii: "e") { return viaDouble(range, digits) }
        break
      }
      if hasPoint {
        guard left > 0 else { continue }
        left -= 1
      }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !tooLarge, !overflows else { return isNegative ? .min : .max }
      value = sum
    }
    for _ in 0..<left {
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      value = tooLarge ? .max : product
    }
    let magnitude = Int64(clamping: value)
    return isNegative ? -magnitude : magnitude
  }

  private func viaDouble(_ range: Range<Int>, _ digits: Int) -> Int64 {
    let scale = digits == 3 ? 1000.0 : 1
    let number = Double(String(decoding: text(range), as: UTF8.self)) ?? 0
    return Int64(clamping: number * scale)
  }
}

extension Int64 {
  /// The nearest whole number; 0 for NaN.
  init(clamping number: Double) {
    self = number.isNaN ? 0 : Int64(exactly: number.rounded()) ?? (number < 0 ? .min : .max)
  }
}
