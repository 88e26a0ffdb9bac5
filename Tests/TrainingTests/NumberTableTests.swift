import Testing

@testable import Training

/// Tables as programs write them, and what is said of those that cannot be read.
@Suite struct NumberTableTests {
  private static func table(
    _ text: String, delimiter: Unicode.Scalar = ",", header: Bool = false
  ) throws -> NumberTable {
    try NumberTable(
      Array(text.utf8), delimiter: UInt8(ascii: delimiter), hasHeader: header, allowsNames: true)
  }

  private static func refusal(_ text: String) -> String? {
    do {
      _ = try NumberTable(Array(text.utf8), delimiter: UInt8(ascii: ","), hasHeader: false)
      return nil
    } catch { return error.reason }
  }

  @Test func quotesHoldDelimitersAndQuotes() throws {
    let table = try Self.table(
      "a,\"b, c\",\"\"\"d\"\"\"\r\n\"1\", \"2.5\" ,\"x,\"\"y\"\"\"\r\n", header: true)
    #expect(table.names == ["a", "b, c", "\"d\""])
    #expect(table.numbers == [1, 2.5, 0])
    #expect(table.classes == [2: ["x,\"y\""]])
  }

  @Test func spacesAndTabsMayBeDelimiters() throws {
    #expect(try Self.table("\"1\" 2\n3 \"4\"\n", delimiter: " ").numbers == [1, 2, 3, 4])
    #expect(try Self.table("\"1\"\t\"2\"\n", delimiter: "\t").numbers == [1, 2])
  }

  @Test func aMarkOfTheByteOrderIsSkipped() throws {
    #expect(try Self.table("\u{FEFF}1,2\n3,4\n").numbers == [1, 2, 3, 4])
    #expect(try Self.table("\u{FEFF}\"a\",b\n3,4\n", header: true).names == ["a", "b"])
  }

  @Test(arguments: [
    ("1,2\n\"1,5\",2\n", "line 2, column 1: expected a number, found \"1,5\""),
    ("1,2\n3,\"4\n", "line 2, column 2: a quote is not closed"),
    ("1,\"2\"\"\n", "line 1, column 2: a quote is not closed"),
    ("1,2\n-1e39,2\n", "line 2, column 1: -1e39 is too large"),
    ("1,2\ninf,2\n", "line 2, column 1: inf is not finite"),
    ("1,2\n\"3\"\n", "line 2: 1 columns, where the lines before have 2"),
  ])
  func mistakesAreNamed(text: String, reason: String) {
    #expect(Self.refusal(text) == reason)
  }
}
