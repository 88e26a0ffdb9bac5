import Screen
import Testing

@Suite struct HeatMapTests {
  @Test func drawsTheGreatestOverTheLeast() {
    var canvas = Canvas(width: 4, height: 1)
    canvas.drawHeat(
      [HeatCell(low: 0, high: 0), HeatCell(low: 0.3, high: 1), nil], in: canvas.bounds)
    #expect(canvas.lines() == ["▁█  "])
    let (even, wide) = (canvas[0, 0].style, canvas[1, 0].style)
    #expect(even.ink == Shade(.heat, 0) && even.ground == Shade(.heat, 0))
    #expect(wide.ink == Shade(.heat, 1) && wide.ground == Shade(.heat, 0.3))
  }

  @Test func marksWhatIsNotFinite() {
    var canvas = Canvas(width: 2, height: 1)
    canvas.drawHeat(
      [HeatCell(low: 0, high: 0, isBroken: true), HeatCell(low: .nan, high: .infinity)],
      in: canvas.bounds)
    #expect(canvas.lines() == ["!█"])
    #expect(canvas[0, 0].style.role == .error)
  }

  @Test func drawsWithoutUnicode() {
    var canvas = Canvas(width: 8, height: 1, glyphs: .ascii)
    canvas.drawHeat((0..<8).map { HeatCell(low: 0, high: Double($0) / 7) }, in: canvas.bounds)
    #expect(canvas.lines() == [".:-=+*#@"])
  }

  @Test func drawsItsScale() {
    var canvas = Canvas(width: 16, height: 1)
    canvas.drawHeatScale(from: "1e-9", to: "1", in: canvas.bounds)
    #expect(canvas.lines() == [" 1e-9 ▁▂▃▄▅▆▇█ 1"])
    var narrow = Canvas(width: 10, height: 1)
    narrow.drawHeatScale(from: "1e-9", to: "1", in: narrow.bounds)
    #expect(narrow.lines() == ["          "])
  }
}
