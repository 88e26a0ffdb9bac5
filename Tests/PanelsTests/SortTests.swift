import Testing

@testable import Panels

/// The order of rows.
@Suite struct SortTests {
  @Test(arguments: [false, true])
  func whatWasNotMeasuredComesLast(isDescending: Bool) {
    let view = TableView(columns: 1, sortedBy: 0, descending: isDescending)
    let rows: [Double?] = [nil, 2, .nan, 1, 3]
    let ordered = view.arrange(rows, names: { _ in [] }, key: { row, _ in .number(row) })
    let measured = ordered.prefix(3).compactMap { $0 }
    #expect(measured == (isDescending ? [3, 2, 1] : [1, 2, 3]))
    #expect(ordered[3] == nil && ordered[4]?.isNaN == true)
  }
}
