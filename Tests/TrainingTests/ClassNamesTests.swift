import Foundation
import Testing

@testable import Training

@Suite struct ClassNamesTests {
  private static func table(_ text: String, header: Bool = true) throws -> NumberTable {
    try NumberTable(
      Array(text.utf8), delimiter: UInt8(ascii: ","), hasHeader: header, allowsNames: true)
  }

  @Test func classesAreNumberedAsTheirNamesAreSorted() throws {
    let table = try Self.table("w,species\n1,virginica\n2,\"setosa\"\n3,virginica\n4,versicolor\n")
    #expect(table.classes == [1: ["setosa", "versicolor", "virginica"]])
    #expect(table.numbers == [1, 2, 2, 0, 3, 2, 4, 1])
    let data = try Dataset(table: table, target: 1, scale: 1, wantsClasses: true, path: "data.file")
    #expect(data.targets == .classes([2, 0, 2, 1], count: 3))
  }

  @Test func namesInAColumnOfNumbersAreAMistake() {
    #expect(throws: NumberTable.Refusal.self) { try Self.table("w,c\n1,0\nwide,1\n") }
    #expect(throws: NumberTable.Refusal.self) { try Self.table("w,c\n1,a\n2,\n") }
  }
}
