extension Array<String> {
  /// Each cut to `width` columns where it is longer, all in the same way: the way in which the most of
  /// them still differ.
  ///
  /// Names are paths: their ends tell most, `…0/attend/layernorm.0`; else both ends,
  /// `deep/0/b…ernorm.0`; else, where what differs stands in the middle, the first letters of modules,
  /// `b/0/a/layer….0`.
  public func fittedApart(to width: Int, ellipsis: Character = "…") -> [String] {
    guard width > 0, contains(where: { $0.columns > width }) else {
      return map { $0.fitted(to: width, ellipsis: ellipsis) }
    }
    let wanted = Set(self).count
    var best: (count: Int, names: [String]) = (0, self)
    let ways: [(String) -> String] = [
      { $0.fittedAtEnd(to: width, ellipsis: ellipsis) },
      { $0.fittedAtBothEnds(to: width, ellipsis: ellipsis) },
      { $0.fittedByInitials(to: width, ellipsis: ellipsis) },
    ]
    for way in ways {
      let names = map { $0.columns > width ? way($0) : $0 }
      let count = Set(names).count
      if count == wanted { return names }
      if count > best.count { best = (count, names) }
    }
    return best.names
  }
}

extension String {
  /// The end that fits in `width` columns, after an ellipsis where something is cut.
  func fittedAtEnd(to width: Int, ellipsis: Character = "…") -> String {
    guard columns > width else { return self }
    guard width > 0 else { return "" }
    var (end, used) = ("", 0)
    for character in reversed() {
      guard used + character.columns <= width - 1 else { break }
      end = String(character) + end
      used += character.columns
    }
    return String(ellipsis) + end
  }

  /// As a path whose modules, the outermost first, are cut to their first letters, as far as it must
  /// be to fit in `width` columns; numbers stay whole.
  func fittedByInitials(to width: Int, ellipsis: Character = "…") -> String {
    var parts = split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let isModule = parts.last?.isEmpty == true
    for index in parts.indices.dropLast(isModule ? 2 : 1) {
      guard parts.joined(separator: "/").columns > width else { break }
      if parts[index].contains(where: { !$0.isNumber }) {
        parts[index] = String(parts[index].prefix(1))
      }
    }
    let short = parts.joined(separator: "/")
    guard short.columns > width, let last = parts.last else { return short }
    let head = short.dropLast(last.count)
    let room = width - head.columns
    guard room > 2 else { return short.fittedAtBothEnds(to: width, ellipsis: ellipsis) }
    return head + last.fittedAtBothEnds(to: room, ellipsis: ellipsis)
  }
}
