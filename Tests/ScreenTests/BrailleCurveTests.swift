import Screen
import Testing

@Suite struct BrailleCurveTests {
  /// A point for each value; nil leaves a gap.
  private func points(_ values: [Double?]) -> [CurvePoint?] {
    values.map { value in value.map { CurvePoint(low: $0, middle: $0, high: $0) } }
  }

  @Test func rises() {
    let curve = BrailleCurve(points((0..<8).map { Double($0) }))
    #expect(
      picture(13, 2) { $0.draw(curve, in: $0.bounds) } == [
        "    7.00   ⡠⠊",
        "       0 ⡠⠊  ",
      ])
  }

  @Test func joinsSteepLines() {
    let curve = BrailleCurve(points([0, 0, 9, 9, 0, 0]))
    #expect(
      picture(12, 3) { $0.draw(curve, in: $0.bounds) } == [
        "    9.00  ⡏⡆",
        "          ⡇⡇",
        "       0 ⣀⠇⣇",
      ])
  }

  @Test func leavesGaps() {
    let curve = BrailleCurve(points([1, 1, nil, nil, .nan, .infinity, 2, 2]))
    #expect(
      picture(13, 1) { $0.draw(curve, in: $0.bounds) } == ["    2.00 ⣀  ⠉"])
  }

  @Test func showsTheSpreadOfAPoint() {
    var curve = BrailleCurve([
      CurvePoint(low: 0, middle: 5, high: 10), CurvePoint(low: 4, middle: 5, high: 6),
    ])
    curve.range = 0...10
    #expect(
      picture(10, 2) { $0.draw(curve, in: $0.bounds) } == [
        "   10.00 ⣇",
        "       0 ⡏",
      ])
  }

  @Test func givesEqualRatiosEqualDistances() {
    let curve = BrailleCurve(points([1, 10, 100, 1000, 0, -1]), isLogarithmic: true)
    #expect(
      picture(12, 4) { $0.draw(curve, in: $0.bounds) } == [
        "  1000.0  ⢸ ",
        "          ⡎ ",
        "         ⢠⠃ ",
        "    1.00 ⡸  ",
      ])
  }

  @Test func drawsAConstantInTheMiddle() {
    let curve = BrailleCurve(points([3, 3, 3, 3]))
    #expect(
      picture(11, 3) { $0.draw(curve, in: $0.bounds) } == [
        "    3.30   ",
        "         ⠤⠤",
        "    2.70   ",
      ])
  }

  @Test func marksTheCursor() {
    var curve = BrailleCurve(points([0, 0, 0, 0, 0, 0]))
    curve.cursor = 1
    curve.range = 0...1
    #expect(
      picture(12, 2) { $0.draw(curve, in: $0.bounds) } == [
        "    1.00  ┊ ",
        "       0 ⣀⣀⣀",
      ])
  }

  @Test func drawsStarsWithoutUnicode() {
    let curve = BrailleCurve(points((0..<8).map { Double($0) }))
    #expect(
      picture(13, 2, glyphs: .ascii) { $0.draw(curve, in: $0.bounds) } == [
        "    7.00   **",
        "       0 **  ",
      ])
  }

  @Test func tellsTheColumnUnderAPoint() {
    let area = Rect(x: 2, y: 1, width: 20, height: 3)
    #expect(BrailleCurve.capacity(in: area) == 22)
    #expect(BrailleCurve.column(at: Point(x: 11, y: 1), in: area) == 0)
    #expect(BrailleCurve.column(at: Point(x: 21, y: 3), in: area) == 10)
    #expect(BrailleCurve.column(at: Point(x: 10, y: 1), in: area) == nil)
    #expect(BrailleCurve.column(at: Point(x: 11, y: 4), in: area) == nil)
  }

  @Test(arguments: [(0, 0), (1, 1), (9, 1), (0, 3)])
  func needsRoom(width: Int, height: Int) {
    let curve = BrailleCurve(points([1, 2, 3]))
    let blank = Array(repeating: String(repeating: " ", count: width), count: height)
    #expect(picture(width, height) { $0.draw(curve, in: $0.bounds) } == blank)
    #expect(BrailleCurve.capacity(in: Rect(x: 0, y: 0, width: width, height: height)) == 0)
  }

  @Test func drawsNothingOfNothing() {
    #expect(picture(10, 1) { $0.draw(BrailleCurve([]), in: $0.bounds) } == ["          "])
    let unknown = BrailleCurve(points([nil, .nan]))
    #expect(picture(10, 1) { $0.draw(unknown, in: $0.bounds) } == ["          "])
  }
}
