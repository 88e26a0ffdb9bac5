import Autodiff
import Glibc
import Screen

/// How far a headless run is, on standard error: a bar on a terminal, a line a second otherwise.
struct ProgressBar {
  private let steps: Int
  private let isShown: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = MonotonicClock.now()
  private var last: UInt64 = MonotonicClock.now()
  private var hasDrawn = false

  init(steps: Int, isShown: Bool) {
    self.steps = steps
    self.isShown = isShown
  }

  mutating func update(_ progress: (steps: Int, loss: Double)) {
    let now = MonotonicClock.now()
    guard isShown, now - last >= (isTerminal ? 100_000_000 : 1_000_000_000) else { return }
    last = now
    draw(progress, now)
  }

  mutating func finish(_ progress: (steps: Int, loss: Double)) {
    guard isShown, isTerminal, hasDrawn else { return }
    draw(progress, MonotonicClock.now())
    writeAll("\n", to: STDERR_FILENO)
  }

  private mutating func draw(_ progress: (steps: Int, loss: Double), _ now: UInt64) {
    hasDrawn = true
    let rate = Double(progress.steps) / (Double(now - start) / 1e9)
    var figures = "step \(progress.steps)/\(steps)"
    // Before the first step there is neither a loss nor a rate.
    if progress.steps > 0 {
      figures += "  loss \(Figure.number(progress.loss))  \(Figure.count(rate)) steps/s"
    }
    guard isTerminal else {
      printError(figures)
      return
    }
    let width = 30
    let full = steps > 0 ? min(width, progress.steps * width / steps) : 0
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    writeAll("\r\(bar) \(figures)\u{1B}[K", to: STDERR_FILENO)
  }
}
