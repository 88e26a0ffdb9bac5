import Screen
import Testing

@Suite struct TableTests {
  private let style = Style(.text)

  private var table: Table {
    Table(
      [
        TableColumn("name", minimum: 5, growth: 1, alignment: .left, priority: 9),
        TableColumn("share", minimum: 5, alignment: .left, priority: 1),
        TableColumn("ms", minimum: 4, priority: 5),
      ],
      [
        [.text("conv", style), .bar(1, style), .text("12.5", style)],
        [.text("漢字漢字", style), .bar(0.5, style), .text("1.25", style)],
        [.text("relu", style), .sparkline({ _ in Sparkline([0, 1]) }, style), .text("3", style)],
      ])
  }

  private func lines(
    _ table: Table, _ width: Int, _ height: Int, glyphs: Glyphs = .unicode
  ) -> [String] {
    picture(width, height, glyphs: glyphs) { $0.draw(table, in: $0.bounds) }
  }

  @Test func alignsColumns() {
    #expect(
      lines(table, 16, 4) == [
        "name  share   ms",
        "conv  █████ 12.5",
        "漢字… ██▌   1.25",
        "relu     ▁█    3",
      ])
  }

  @Test func growsWhatMayGrow() {
    #expect(lines(table, 20, 2) == ["name      share   ms", "conv      █████ 12.5"])
  }

  @Test func leavesOutWhatMattersLeast() {
    #expect(lines(table, 12, 2) == ["name      ms", "conv    12.5"])
    #expect(lines(table, 6, 2) == ["name  ", "conv  "])
    #expect(lines(table, 3, 2) == ["na…", "co…"])
  }

  @Test func marksTheSortedColumn() {
    var table = table
    table.sort = (2, true)
    #expect(lines(table, 16, 1) == ["name  share  ms▼"])
    #expect(lines(table, 16, 1, glyphs: .ascii) == ["name  share  msv"])
    table.sort = (2, false)
    #expect(lines(table, 16, 1) == ["name  share  ms▲"])
  }

  @Test func neverCutsTheMark() {
    let narrow = Table([TableColumn("backward", minimum: 8)], [])
    for (isDescending, header) in [(true, "backwar▼"), (false, "backwar▲")] {
      var table = narrow
      table.sort = (0, isDescending)
      #expect(lines(table, 8, 1) == [header])
    }
  }

  @Test func goesOnOverEmptyCells() {
    var table = table
    table.rows = [
      [.wide("in linear.1", style), .bar(0, style), .text("12.5", style)],
      [.wide("in linear.1", style), .bar(0, style), .text("", style)],
    ]
    #expect(
      lines(table, 16, 3) == ["name  share   ms", "in linear.1 12.5", "in linear.1     "])
  }

  @Test func tellsTheColumnUnderAPlace() {
    let area = Rect(x: 2, y: 0, width: 16, height: 3)
    #expect(
      [1, 2, 6, 7, 8, 12, 14, 17, 18].map { table.column(at: $0, in: area) }
        == [nil, 0, 0, nil, 1, 1, 2, 2, nil])
    #expect(table.shown(in: 12) == [true, false, true])
  }

  @Test func startsAtItsOffset() {
    var table = table
    table.offset = 2
    #expect(
      lines(table, 16, 3) == ["name  share   ms", "relu     ▁█    3", "                "])
    table.offset = 9
    #expect(lines(table, 16, 2) == ["name  share   ms", "                "])
  }

  @Test func selectsARow() {
    var (table, canvas) = (table, Canvas(width: 16, height: 4))
    table.selected = 1
    canvas.draw(table, in: canvas.bounds)
    #expect((0..<4).map { canvas[15, $0].style.background } == [nil, nil, .selection, nil])
  }

  @Test func scrollsAsLittleAsPossible() {
    #expect(Table.offset(0, showing: 2, height: 3) == 0)
    #expect(Table.offset(0, showing: 5, height: 3) == 3)
    #expect(Table.offset(4, showing: 1, height: 3) == 1)
    #expect(Table.offset(4, showing: 1, height: 0) == 4)
  }

  @Test func fitsIntoTinyCanvases() {
    #expect(lines(table, 0, 0) == [])
    #expect(lines(table, 1, 1) == ["…"])
    #expect(lines(table, 0, 2) == ["", ""])
    #expect(lines(Table([], []), 2, 1) == ["  "])
  }
}
