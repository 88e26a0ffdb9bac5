/// A part of a glyph, in a cell of 10 × 20 units.
enum Shape: Equatable {
  case box(x: Double, y: Double, width: Double, height: Double)
  case dot(x: Double, y: Double)
  /// A line of a box, from edge to edge or to the middle.
  case line(fromX: Double, fromY: Double, toX: Double, toY: Double, isHeavy: Bool)
  /// A line from the middle of one edge to that of another around a corner: -1 is left or up, 1 is
  /// right or down.
  case corner(towardsX: Double, towardsY: Double)
}

/// How a character is drawn.
///
/// Blocks, lines and braille are drawn by hand: those of fonts leave gaps between cells, and dots of
/// neighbours would not lie in one grid.
enum CellGlyph: Equatable {
  case blank
  /// With a font.
  case text
  case shapes([Shape])
  /// The whole cell, so dense.
  case shade(Double)

  static let width = 10.0
  static let height = 20.0
  static let dotDiameter = 3.4
  static let lineWidth = 1.4
  static let heavyLineWidth = 3.0

  init(_ character: Character) {
    guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else {
      self = .text
      return
    }
    let code = scalar.value
    switch code {
    case 0x20, 0xA0, 0x2800: self = .blank
    case 0x2801...0x28FF: self = .shapes(Self.braille(UInt8(code - 0x2800)))
    case 0x2591...0x2593: self = .shade(0.25 * Double(code - 0x2590))
    case 0x2580...0x259F: self = .shapes(Self.block(code))
    case 0x25A0: self = .shapes([.box(x: 1, y: 6, width: 8, height: 8)])
    default: self = Self.lines(scalar).map { .shapes($0) } ?? .text
    }
  }

  /// Unicode's order of dots: down the left, down the right, then the fourth row.
  private static func braille(_ bits: UInt8) -> [Shape] {
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return places.enumerated().filter { bits >> UInt8($0.offset) & 1 == 1 }.map { _, place in
      .dot(x: 2.5 + 5 * Double(place.0), y: 2.5 + 5 * Double(place.1))
    }
  }

  private static func block(_ code: UInt32) -> [Shape] {
    func part(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Shape {
      .box(
        x: x * self.width, y: y * self.height, width: width * self.width,
        height: height * self.height)
    }
    switch code {
    case 0x2580: return [part(0, 0, 1, 0.5)]
    case 0x2581...0x2588:
      let height = Double(code - 0x2580) / 8
      return [part(0, 1 - height, 1, height)]
    case 0x2589...0x258F: return [part(0, 0, Double(0x2590 - code) / 8, 1)]
    case 0x2590: return [part(0.5, 0, 0.5, 1)]
    case 0x2594: return [part(0, 0, 1, 0.125)]
    case 0x2595: return [part(0.875, 0, 0.125, 1)]
    default: break
    }
    // Quarters: upper left, upper right, lower left, lower right.
    let quarters: [UInt32: [Int]] = [
      0x2596: [2], 0x2597: [3], 0x2598: [0], 0x2599: [0, 2, 3], 0x259A: [0, 3], 0x259B: [0, 1, 2],
      0x259C: [0, 1, 3], 0x259D: [1], 0x259E: [1, 2], 0x259F: [1, 2, 3],
    ]
    return (quarters[code] ?? []).map { quarter in
      part(0.5 * Double(quarter % 2), 0.5 * Double(quarter / 2), 0.5, 0.5)
    }
  }
}
