import Testing
import TraceFormat

@testable import TraceSession

@Suite struct DetailShelfTests {
  private func detail(_ step: UInt64, _ row: UInt32) -> Detail {
    var detail = Detail()
    (detail.step, detail.row) = (step, row)
    return detail
  }

  private func rows(_ shelf: DetailShelf, _ step: Int, isNewest: Bool = false) -> [UInt32] {
    shelf.details(at: step, isNewest: isNewest).map(\.row)
  }

  @Test func keepsStepsApart() {
    var shelf = DetailShelf()
    for (step, row) in [(3, 0), (3, 1), (7, 0)] as [(UInt64, UInt32)] {
      shelf.add(detail(step, row))
    }
    #expect(rows(shelf, 3) == [0, 1])
    #expect(rows(shelf, 7) == [0])
    #expect(rows(shelf, 4) == [])
    #expect(rows(shelf, -1) == [])
  }

  /// A step that is walked is not among the steps that are done.
  @Test func showsTheStepThatIsWalked() {
    var shelf = DetailShelf()
    shelf.add(detail(8, 5))
    #expect(rows(shelf, 7, isNewest: true) == [5])
    #expect(rows(shelf, 7, isNewest: false) == [])
    #expect(rows(shelf, 8, isNewest: true) == [5])
  }

  @Test func aStepThatRunsAgainTakesItsPlace() {
    var shelf = DetailShelf()
    for row in [0, 1, 2, 0] as [UInt32] { shelf.add(detail(3, row)) }
    #expect(rows(shelf, 3) == [0])
    shelf.add(detail(4, 0))
    shelf.add(detail(3, 9))
    #expect(rows(shelf, 3) == [9])
  }

  @Test func forgetsTheOldest() {
    var shelf = DetailShelf()
    for step in 0..<3 as Range<UInt64> {
      for row in 0..<UInt32(DetailShelf.capacity / 2) { shelf.add(detail(step, row)) }
    }
    #expect(rows(shelf, 0) == [])
    #expect(rows(shelf, 1).count == DetailShelf.capacity / 2)
    for row in 0..<UInt32(DetailShelf.capacity + 10) { shelf.add(detail(9, row)) }
    #expect(rows(shelf, 9).count == DetailShelf.capacity)
    #expect(rows(shelf, 9).first == 10)
  }
}
