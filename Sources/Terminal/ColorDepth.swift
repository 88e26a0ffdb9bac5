internal import Screen

/// How many colors a terminal has that terminfo describes.
enum ColorDepth: Equatable {
  /// None: bold, underline and reverse only.
  case none
  /// Eight names.
  case eight
  /// Sixteen names.
  case sixteen
  /// The sixteen, a cube of 6×6×6 and 24 grays.
  case indexed

  /// - Parameter colors: terminfo's count.
  init(colors: Int, isWanted: Bool) {
    self =
      !isWanted || colors < 8
      ? .none : colors >= 256 ? .indexed : colors >= 16 ? .sixteen : .eight
  }

  /// The terminal's number for `color`; -1: its own default.
  func number(of color: Color) -> Int32 {
    guard let (r, g, b) = color.components else { return -1 }
    switch (self, color) {
    case (.none, _): return -1
    case (.indexed, .indexed(let index)): return Int32(index)
    case (.indexed, _): return Self.nearest(r, g, b, among: 16..<256)
    case (.sixteen, .indexed(let index)) where index < 16: return Int32(index)
    case (.sixteen, _): return Self.nearest(r, g, b, among: 0..<16)
    case (.eight, .indexed(let index)) where index < 16: return Int32(index % 8)
    case (.eight, _): return Self.nearest(r, g, b, among: 0..<16) % 8
    }
  }

  private static func nearest(
    _ r: UInt8, _ g: UInt8, _ b: UInt8, among indices: Range<Int>
  ) -> Int32 {
    func distance(_ index: Int) -> Int {
      let (x, y, z) = Color.indexed(UInt8(index)).components ?? (0, 0, 0)
      let (dr, dg, db) = (Int(x) - Int(r), Int(y) - Int(g), Int(z) - Int(b))
      // The eye weighs green most.
      return 2 * dr * dr + 4 * dg * dg + 3 * db * db
    }
    if indices.lowerBound == 16 {
      // Each cell of a frame asks. A cube's nearest color is so in each part, and the nearest grey
      // lies where the weighted mean does.
      func level(_ part: UInt8) -> Int { part < 48 ? 0 : part < 115 ? 1 : (Int(part) - 35) / 40 }
      let cube = 16 + 36 * level(r) + 6 * level(g) + level(b)
      let mean = (2 * Int(r) + 4 * Int(g) + 3 * Int(b)) / 9
      let grey = 232 + min(23, max(0, (mean - 3) / 10))
      let candidates = [cube, grey, min(255, grey + 1)]
      return Int32(candidates.min { distance($0) < distance($1) } ?? cube)
    }
    return Int32(indices.min { distance($0) < distance($1) } ?? 7)
  }
}
