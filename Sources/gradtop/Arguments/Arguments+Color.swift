import Glibc

extension Arguments {
  /// Whether colors are wanted: neither `--no-color` nor `NO_COLOR` (no-color.org: set and not empty).
  var usesColor: Bool {
    let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    return !has("--no-color") && !isRefused
  }
}
