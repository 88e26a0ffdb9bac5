import Screen
import Testing

@Suite struct TabsTests {
  private func lines(_ width: Int, _ height: Int) -> [String] {
    picture(width, height) { $0.drawTabs(["One", "Two"], selected: 1, in: $0.bounds) }
  }

  @Test func numbersTabs() {
    #expect(lines(16, 1) == [" 1 One  2 Two   "])
  }

  @Test func tellsWhereTheyStand() {
    var canvas = Canvas(width: 12, height: 1)
    let places = canvas.drawTabs(["One", "Two"], selected: 1, in: canvas.bounds)
    #expect(
      places == [
        Rect(x: 0, y: 0, width: 7, height: 1), Rect(x: 7, y: 0, width: 5, height: 1),
      ])
    #expect((0..<12).filter { canvas[$0, 0].style.isReversed } == Array(7..<12))
  }

  @Test func clips() {
    #expect(lines(9, 1) == [" 1 One  2"])
    #expect(lines(1, 1) == [" "])
    #expect(lines(0, 0) == [])
  }

  @Test func leavesOutHintsThatDoNotFit() {
    let draw = { (canvas: inout Canvas) in
      canvas.drawKeyHints(
        [KeyHint(key: "q", text: "quit"), KeyHint(key: "Tab", text: "panel")], in: canvas.bounds)
    }
    #expect(picture(20, 1, draw) == [" q quit  Tab panel  "])
    #expect(picture(18, 1, draw) == [" q quit           "])
    #expect(picture(1, 1, draw) == [" "])
    #expect(picture(0, 0, draw) == [])
  }
}
