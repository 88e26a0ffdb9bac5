/// The digits of 00 to 99.
private let pairs: StaticString = """
  0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
  5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
  """

extension TextBuffer {
  mutating func append(_ number: UInt64) {
    append(exactly: number.digits) { place in
      var (end, rest) = (place.count, number)
      while rest >= 10 {
        let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
        end -= 2
        place[end] = pairs.utf8Start[Int(pair) * 2]
        place[end + 1] = pairs.utf8Start[Int(pair) * 2 + 1]
        rest = quotient
      }
      if end > 0 { place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest) }
    }
  }

  /// Nanoseconds in microseconds: `12.5` for 12,500, `3.0` for 3,000, as a double would be printed.
  mutating func append(microseconds nanoseconds: UInt64) {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    append(whole)
    append(ascii: ".")
    append(digit: rest / 100)
    guard rest % 100 > 0 else { return }
    append(digit: rest / 10 % 10)
    if rest % 10 > 0 { append(digit: rest % 10) }
  }

  /// Nanoseconds in microseconds with three decimals, exactly.
  mutating func append(exactMicroseconds nanoseconds: UInt64) {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    append(whole)
    append(ascii: ".")
    append(digit: rest / 100)
    append(digit: rest / 10 % 10)
    append(digit: rest % 10)
  }

  /// As few digits as tell the number from all others; `nan`, `inf` and `-inf` for what has none.
  mutating func append(_ number: some FloatingPoint & CustomStringConvertible) {
    number.isNaN ? append("nan") : append(utf8: number.description)
  }

  private mutating func append(digit: UInt64) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
  }
}

extension UInt64 {
  /// How many decimal digits it has.
  fileprivate var digits: Int {
    var (digits, bound) = (1, UInt64(10))
    while digits < 20, self >= bound {
      digits += 1
      bound &*= 10
    }
    return digits
  }
}
