import Glibc

/// Whether standard output is a terminal that a dashboard can be drawn on: one called `dumb` cannot
/// place its cursor.
var standardOutputIsScreen: Bool {
  isatty(STDOUT_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
}
