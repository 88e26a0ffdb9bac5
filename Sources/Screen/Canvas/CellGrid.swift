import Glibc

/// The cells of a canvas without a reference among them, so that a frame is filled, compared and
/// dropped as plain bytes.
///
/// A character of one scalar stands in its cell; the few of several scalars stand in a list.
struct CellGrid: Sendable {
  private struct PackedCell: Equatable, Sendable {
    /// A scalar's value; above all scalars a place in `clusters`; `nothing`.
    var glyph: UInt32
    var style: Style
  }

  private var cells: [PackedCell]
  private var clusters: [Character] = []

  private static let firstCluster: UInt32 = 0x11_0000
  /// The right half of a wide character.
  private static let nothing = UInt32.max

  /// So many blank cells.
  init(count: Int) {
    cells = Array(
      repeating: PackedCell(glyph: UInt32(UInt8(ascii: " ")), style: Style(.text)), count: count)
  }

  subscript(index: Int) -> Cell {
    get { Cell(character: character(cells[index].glyph), style: cells[index].style) }
    set {
      cells[index] = PackedCell(glyph: glyph(newValue.character), style: newValue.style)
    }
  }

  /// How the cell at `index` looks.
  subscript(styleOf index: Int) -> Style {
    get { cells[index].style }
    set { cells[index].style = newValue }
  }

  /// Whether nothing stands in the cell at `index`.
  func isEmpty(_ index: Int) -> Bool { cells[index].glyph == Self.nothing }

  /// Puts a character of ASCII into a cell.
  mutating func put(_ ascii: UInt8, _ style: Style, at index: Int) {
    cells[index] = PackedCell(glyph: UInt32(ascii), style: style)
  }

  /// Puts the same into all cells at `places`.
  mutating func fill(_ places: Range<Int>, with cell: Cell) {
    let packed = PackedCell(glyph: glyph(cell.character), style: cell.style)
    for index in places { cells[index] = packed }
  }

  private func character(_ glyph: UInt32) -> Character? {
    if let scalar = Unicode.Scalar(glyph) { return Character(scalar) }
    return glyph == Self.nothing ? nil : clusters[Int(glyph - Self.firstCluster)]
  }

  private mutating func glyph(_ character: Character?) -> UInt32 {
    guard let character else { return Self.nothing }
    let scalars = character.unicodeScalars
    if let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex {
      return first.value
    }
    if let place = clusters.firstIndex(of: character) { return Self.firstCluster + UInt32(place) }
    clusters.append(character)
    return Self.firstCluster + UInt32(clusters.count - 1)
  }
}

// MARK: - Comparing

extension CellGrid: Equatable {
  static func == (a: Self, b: Self) -> Bool {
    guard a.cells.count == b.cells.count else { return false }
    var isEqual = true
    a.forEachDifference(from: b, rowLength: a.cells.count) { _ in isEqual = false }
    return isEqual
  }

  /// Calls `body` with the place of each cell that is another than in `other`, of as many cells.
  func forEachDifference(from other: CellGrid, rowLength: Int, _ body: (Int) -> Void) {
    let sharesClusters = clusters == other.clusters
    guard rowLength > 0 else { return }
    cells.withUnsafeBufferPointer { cells in
      other.cells.withUnsafeBufferPointer { others in
        for start in stride(from: 0, to: cells.count, by: rowLength) {
          let row = start..<min(cells.count, start + rowLength)
          // Most rows are the same to the bit.
          if sharesClusters, Self.isSame(cells[row], others[row]) { continue }
          for index in row {
            let (mine, theirs) = (cells[index], others[index])
            let isSame =
              sharesClusters
              ? mine == theirs
              : mine.style == theirs.style
                && character(mine.glyph) == other.character(theirs.glyph)
            if !isSame { body(index) }
          }
        }
      }
    }
  }

  private static func isSame(
    _ a: Slice<UnsafeBufferPointer<PackedCell>>, _ b: Slice<UnsafeBufferPointer<PackedCell>>
  ) -> Bool {
    let (a, b) = (UnsafeBufferPointer(rebasing: a), UnsafeBufferPointer(rebasing: b))
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count * MemoryLayout<PackedCell>.stride) == 0
  }
}
