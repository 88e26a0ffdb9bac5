import Testing

@testable import TraceFormat

@Suite struct SummaryCodingTests {
  private var summary: Summary {
    var summary = Summary()
    (summary.kind, summary.stride, summary.firstStep, summary.blocks) = (33, 256, 512, 2)
    summary.id = [4, 5]
    summary.minimum = [1, 2, 3, 4]
    summary.mean = [1, 2, 3, 4]
    summary.maximum = [1, 2, 3, .infinity]
    summary.count = [1, 300, 0, 2]
    summary.nonFinite = [0, 0, 0, 1]
    return summary
  }

  @Test func survivesBothWays() throws {
    #expect(
      try encoded(summary.encode).withUnsafeBytes { try Summary(decoding: $0) } == summary)
  }

  @Test func aColumnThatIsTooShortIsRefused() {
    var short = summary
    short.mean.removeLast()
    #expect(throws: ProtobufError.columnLength(group: "summary")) {
      try encoded(short.encode).withUnsafeBytes { try Summary(decoding: $0) }
    }
  }

  @Test func blocksThatOverflowAreRefused() {
    var large = summary
    large.blocks = .max
    large.id = Array(repeating: 1, count: 1000)
    #expect(throws: ProtobufError.self) {
      try encoded(large.encode).withUnsafeBytes { try Summary(decoding: $0) }
    }
  }

  @Test func protocReadsIt() throws {
    let text = try Protoc.run(["--decode=gradtop.Summary"], input: encoded(summary.encode))
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("kind: PARAMETER_GRAD_NORM\n"))
    let again = try Protoc.run(
      ["--deterministic_output", "--encode=gradtop.Summary"], input: text)
    #expect(again == encoded(summary.encode))
  }

  @Test func kindsAreThoseOfTheSchema() throws {
    for kind in SeriesKind.allCases {
      var one = Summary()
      one.kind = kind.rawValue
      let text = try Protoc.run(["--decode=gradtop.Summary"], input: encoded(one.encode))
      // A number that the schema does not know is printed as such; 0 is left out.
      let isNamed = !text.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      #expect(isNamed, "\(kind)")
    }
  }
}
