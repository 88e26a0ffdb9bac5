import Testing

@testable import Exchange

@Suite struct TextBufferTests {
  @Test func growsAsItMust() {
    var text = TextBuffer(capacity: 1)
    var expected = ""
    for number in 0..<200 as Range<UInt64> {
      text.append(number)
      text.append(ascii: ",")
      text.append(utf8: "größer")
      expected += "\(number),größer"
    }
    #expect(text.string == expected && text.count == expected.utf8.count)
    text.removeAll()
    #expect(text.string.isEmpty && text.array.isEmpty)
  }

  @Test(arguments: [(0, "0.000"), (7, "0.007"), (12_500, "12.500"), (1_000_010, "1000.010")])
  func exactMicrosecondsHaveThreeDecimals(nanoseconds: UInt64, expected: String) {
    var text = TextBuffer()
    text.append(exactMicroseconds: nanoseconds)
    #expect(text.string == expected)
  }
}
