import Screen
import Testing

@Suite struct StackedAreaTests {
  @Test func stacksFromBelow() {
    var canvas = Canvas(width: 3, height: 4)
    let parts = [
      StackedArea.Part([1, 1, 1], Style(.parameter), fill: "░"),
      StackedArea.Part([0, 2, 2.5], Style(.activation)),
    ]
    canvas.draw(StackedArea(parts, top: 4), in: canvas.bounds)
    #expect(canvas.lines() == ["  ▄", " ██", " ██", "░░░"])
    #expect(canvas[1, 3].style.role == .parameter)
    #expect(canvas[1, 2].style.role == .activation)
  }

  @Test func drawsNothingOfNothing() {
    var canvas = Canvas(width: 2, height: 2)
    let blank = canvas
    canvas.draw(StackedArea([], top: 1), in: canvas.bounds)
    canvas.draw(StackedArea([StackedArea.Part([.nan], Style(.data))], top: 1), in: canvas.bounds)
    canvas.draw(StackedArea([StackedArea.Part([1], Style(.data))], top: 0), in: canvas.bounds)
    #expect(canvas == blank)
  }
}
