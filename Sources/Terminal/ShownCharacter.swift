internal import CNcurses
internal import Screen

extension Character {
  /// Itself, where the system and the canvas agree on its width; else a row would shift.
  var asShown: String {
    if isASCII { return String(self) }
    let width = unicodeScalars.first.map { Int(gradtop_width($0.value)) } ?? 1
    return width == columns ? String(self) : String(repeating: "?", count: columns)
  }
}
