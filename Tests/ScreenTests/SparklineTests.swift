import Screen
import Testing

@Suite struct SparklineTests {
  private func line(
    _ sparkline: Sparkline, width: Int, glyphs: Glyphs = .unicode
  ) -> [String] {
    picture(width, 1, glyphs: glyphs) { $0.draw(sparkline, Style(.curve), in: $0.bounds) }
  }

  @Test func scalesFromSmallestToLargest() {
    #expect(line(Sparkline((0..<8).map { Double($0) }), width: 8) == ["▁▂▃▄▅▆▇█"])
    #expect(line(Sparkline((0..<8).map { Double($0) }), width: 8, glyphs: .ascii) == ["_.-~=+*#"])
  }

  @Test func standsAtTheRight() {
    #expect(line(Sparkline([0, 1]), width: 4) == ["  ▁█"])
  }

  @Test func showsTheNewest() {
    #expect(line(Sparkline([0, 0, 0, 1]), width: 2) == ["▁█"])
  }

  @Test func leavesGaps() {
    #expect(line(Sparkline([0, nil, .nan, .infinity, 1]), width: 5) == ["▁   █"])
    #expect(line(Sparkline([1, 0, -1, 100], logarithmic: true), width: 4) == ["▁  █"])
  }

  @Test func drawsAConstantInTheMiddle() {
    #expect(line(Sparkline([5, 5, 5]), width: 3) == ["▅▅▅"])
  }

  @Test func scalesLogarithms() {
    #expect(Sparkline([1, 10, 100], logarithmic: true).heights == [0, 0.5, 1])
  }

  @Test func fitsIntoTinyCanvases() {
    #expect(line(Sparkline([]), width: 3) == ["   "])
    #expect(line(Sparkline([0, 1]), width: 0) == [""])
    #expect(line(Sparkline([0, 1]), width: 1) == ["█"])
    let nothing = picture(0, 0) { $0.draw(Sparkline([1]), Style(.curve), in: $0.bounds) }
    #expect(nothing == [])
  }
}
