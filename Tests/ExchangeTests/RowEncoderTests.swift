import Testing

@testable import Exchange

@Suite struct RowEncoderTests {
  private func encoded(_ cell: Cell, as format: TableFormat) -> String {
    let encoder = RowEncoder(columns: ["a"], format: format)
    var text = TextBuffer()
    encoder.append(cell, at: 0, to: &text)
    encoder.appendEnd(to: &text)
    return text.string
  }

  @Test func columnsAreTheHeaderOrTheKeys() {
    func row(_ format: TableFormat) -> String {
      let encoder = RowEncoder(columns: ["a", "b,c"], format: format)
      var text = TextBuffer()
      encoder.appendHeader(to: &text)
      encoder.append(.count(1), at: 0, to: &text)
      encoder.append(.empty, at: 1, to: &text)
      encoder.appendEnd(to: &text)
      return text.string
    }
    #expect(row(.csv) == "a,\"b,c\"\r\n1,\r\n")
    #expect(row(.json) == "{\"a\":1,\"b,c\":null}\n")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("a\rb", "\"a\rb\""), ("", ""), ("größer", "größer"),
  ])
  func csvQuotesWhereItMust(text: String, expected: String) {
    #expect(encoded(.text(text), as: .csv) == expected + "\r\n")
    #expect(encoded(.name(EncodedName(text)), as: .csv) == expected + "\r\n")
  }

  @Test(arguments: [
    ("plain", "plain"), ("say \"no\"", #"say \"no\""#), (#"back\slash"#, #"back\\slash"#),
    ("two\nlines", #"two\nlines"#), ("\t\r", #"\t\r"#), ("\u{1}\u{1f}", #"\u0001\u001f"#),
    ("größer", "größer"),
  ])
  func jsonEscapesWhereItMust(text: String, expected: String) {
    #expect(encoded(.text(text), as: .json) == "{\"a\":\"\(expected)\"}\n")
    #expect(encoded(.name(EncodedName(text)), as: .json) == "{\"a\":\"\(expected)\"}\n")
  }

  @Test(arguments: [
    (Cell.number(0.1), "0.1"), (.number(1e-5), "1e-05"), (.number(1e16), "1e+16"),
    (.number(-0.0), "-0.0"), (.number(.leastNonzeroMagnitude), "5e-324"), (.single(0.1), "0.1"),
    (.single(16_777_216), "16777216.0"), (.count(.max), "18446744073709551615"),
  ])
  func numbersReadBackToTheSameBits(cell: Cell, expected: String) {
    #expect(encoded(cell, as: .csv) == expected + "\r\n")
    #expect(encoded(cell, as: .json) == "{\"a\":\(expected)}\n")
  }

  @Test(arguments: [
    (Cell.number(.nan), "nan"), (.number(-.nan), "nan"), (.number(.infinity), "inf"),
    (.number(-.infinity), "-inf"), (.single(.nan), "nan"), (.single(.infinity), "inf"),
    (.single(-.infinity), "-inf"), (.single(.signalingNaN), "nan"),
  ])
  func whatIsNotFiniteHasAName(cell: Cell, expected: String) {
    #expect(encoded(cell, as: .csv) == expected + "\r\n")
    #expect(encoded(cell, as: .json) == "{\"a\":\"\(expected)\"}\n")
  }

  @Test func countsHaveAllTheirDigits() {
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      for count in [power - 1, power, power + 1] {
        #expect(encoded(.count(count), as: .csv) == "\(count)\r\n")
      }
    }
  }

  @Test(arguments: [0, 1, 10, 100, 999, 1_000, 1_010, 12_500, 86_400_000_000_001, 1 << 52])
  func microsecondsReadAsADoubleDoes(nanoseconds: UInt64) {
    #expect(
      encoded(Cell(microseconds: nanoseconds), as: .csv)
        == "\(Double(nanoseconds) / 1e3)\r\n")
  }

  @Test func whatWasNotMeasuredIsEmptyOrNull() {
    #expect(encoded(.empty, as: .csv) == "\r\n")
    #expect(encoded(.empty, as: .json) == "{\"a\":null}\n")
    #expect(Cell(nil as Double?) == .empty)
    #expect(Cell([] as [Float], 0) == .empty)
  }
}
