internal import Screen

/// How many colors a terminal has.
enum ColorDepth: Equatable {
  /// None: bold, underline and reverse only.
  case none
  /// The sixteen names.
  case sixteen
  /// The sixteen, a cube of 6×6×6 and 24 greys.
  case indexed
  /// Red, green and blue as they are.
  case direct

  /// - Parameters:
  ///   - colors: terminfo's count.
  ///   - isDirect: terminfo's `RGB` flag.
  init(colors: Int, isDirect: Bool, isWanted: Bool) {
    self =
      !isWanted || colors < 8 ? .none : isDirect ? .direct : colors >= 256 ? .indexed : .sixteen
  }

  /// The terminal's number for `color`; -1: its own default.
  func number(of color: Color) -> Int32 {
    switch (self, color) {
    case (.none, _), (_, .standard): return -1
    case (.direct, .rgb(let r, let g, let b)): return Int32(r) << 16 | Int32(g) << 8 | Int32(b)
    case (.direct, .indexed(let index)):
      let (r, g, b) = Self.components(of: index)
      return Int32(r) << 16 | Int32(g) << 8 | Int32(b)
    case (.indexed, .indexed(let index)): return Int32(index)
    case (.indexed, .rgb(let r, let g, let b)): return Self.nearest(r, g, b, among: 16..<256)
    case (.sixteen, .indexed(let index)) where index < 16: return Int32(index)
    case (.sixteen, .indexed(let index)):
      let (r, g, b) = Self.components(of: index)
      return Self.nearest(r, g, b, among: 0..<16)
    case (.sixteen, .rgb(let r, let g, let b)): return Self.nearest(r, g, b, among: 0..<16)
    }
  }

  private static func nearest(
    _ r: UInt8, _ g: UInt8, _ b: UInt8, among indices: Range<Int>
  ) -> Int32 {
    func distance(_ index: Int) -> Int {
      let (x, y, z) = components(of: UInt8(index))
      let (dr, dg, db) = (Int(x) - Int(r), Int(y) - Int(g), Int(z) - Int(b))
      // The eye weighs green most.
      return 2 * dr * dr + 4 * dg * dg + 3 * db * db
    }
    return Int32(indices.min { distance($0) < distance($1) } ?? 7)
  }

  /// xterm's colors.
  static func components(of index: UInt8) -> (UInt8, UInt8, UInt8) {
    let names: [(UInt8, UInt8, UInt8)] = [
      (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
      (0, 205, 205), (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
      (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ]
    if index < 16 { return names[Int(index)] }
    if index >= 232 {
      let grey = 8 + 10 * (index - 232)
      return (grey, grey, grey)
    }
    let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = Int(index) - 16
    return (levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
  }
}
