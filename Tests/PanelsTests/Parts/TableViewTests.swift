import Screen
import Testing

@testable import Panels

/// Which rows of a table are in sight.
@Suite struct TableViewTests {
  /// Five rows, a header and a frame.
  private let area = Rect(x: 0, y: 0, width: 20, height: 8)
  private let rows = 20

  private func view(after actions: Action...) -> TableView {
    var view = TableView(columns: 0, sortedBy: -1, descending: false)
    for action in actions { view.perform(action, rows: rows, in: area) }
    return view
  }

  private func top(_ view: TableView, of rows: Int = 20) -> Int {
    view.offset(showing: view.selected, of: rows, in: area)
  }

  @Test func standStillAsLongAsTheCursorIsAmongThem() {
    #expect(top(view(after: .down, .down, .down, .down)) == 0)
    let scrolled = view(after: .down, .down, .down, .down, .down, .down)
    #expect((scrolled.selected, top(scrolled)) == (6, 2))
    let up = view(after: .down, .down, .down, .down, .down, .down, .up, .up, .up)
    #expect((up.selected, top(up)) == (3, 2))
    let out = view(after: .down, .down, .down, .down, .down, .down, .up, .up, .up, .up, .up)
    #expect((out.selected, top(out)) == (1, 1))
  }

  @Test func moveByAPage() {
    let view = view(after: .down, .pageDown)
    #expect((view.selected, top(view)) == (6, 5))
  }

  @Test func leaveNoSpaceBelowTheLast() {
    let view = view(after: .pageDown, .pageDown, .pageDown, .pageDown)
    #expect((view.selected, top(view)) == (19, 15))
    // A filter leaves fewer.
    #expect(top(view, of: 7) == 2)
    #expect(top(view, of: 3) == 0)
    #expect(top(view, of: 0) == 0)
  }

  @Test func areCountedFromWhereTheyStandWhenClicked() {
    var view = view(after: .down, .down, .down, .down, .down, .down, .up, .up)
    view.click(Point(x: 3, y: 2), rows: rows, in: area)
    #expect((view.selected, top(view)) == (2, 2))
  }
}
