/// What somebody may have meant.
public enum Spelling {
  /// `did you mean "lr"?`, or the valid names where none is near.
  public static func hint(for name: String, among valid: [String]) -> String {
    if let nearest = nearest(to: name, among: valid) { return "did you mean \"\(nearest)\"?" }
    return "valid are: " + valid.joined(separator: ", ")
  }

  /// The valid name that takes the fewest edits, where those are few for its length: none for one or
  /// two letters, else one for each three.
  public static func nearest(to name: String, among valid: [String]) -> String? {
    let ranked = valid.map { ($0, distance(name.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= max(name.count, best.0.count) / 3 ? best.0 : nil
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
