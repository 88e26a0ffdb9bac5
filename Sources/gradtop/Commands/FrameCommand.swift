import Diagnosis
import Glibc
import Panels
import Screen
import TraceFormat
import TraceSession

/// `gradtop frame`: one frame of the dashboard as text.
struct FrameCommand {
  private let path: String
  private let size: Size
  private let step: Int?
  private let output: String?
  private let dashboard: Dashboard

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    size = try Self.size(arguments)
    step = try arguments.integer("--step", least: 0)
    output = arguments.text("--output")
    _ = try arguments.choice("--format", of: ["text"])
    let panel = try arguments.choice("--panel", of: Dashboard.panelNames)
    var dashboard = Dashboard()
    _ = dashboard.select(panel: panel)
    self.dashboard = dashboard
  }

  private static func size(_ arguments: Arguments) throws(Failure) -> Size {
    guard let text = arguments.text("--size") else { return Size(width: 120, height: 40) }
    let parts = text.split(separator: "x").map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], width > 0, height > 0,
      width <= 10_000, height <= 10_000
    else {
      throw arguments.mistake(
        "--size", "expected columns and rows as 120x40, found \"\(text)\"")
    }
    return Size(width: width, height: height)
  }

  func run() throws(Failure) -> ExitStatus {
    let source = try openTrace(path)
    let session = Session(opening: source)
    var judge = Judge()
    // A long trace is drawn from its summaries: one frame is not worth reading it all.
    while !session.isOutlined, session.poll(limit: 64, observe: { _ = judge.examine($0) }) {}
    if let step { session.seek(to: step) }
    var canvas = Canvas(width: size.width, height: size.height)
    dashboard.draw(Scene(session.snapshot(), findings: judge.findings), on: &canvas)
    let text = canvas.lines().map { line in
      String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
    let descriptor = try openOutput(output)
    defer { if descriptor != STDOUT_FILENO { close(descriptor) } }
    if let code = writeAll(text, to: descriptor), code != EPIPE {
      throw Failure(.inputOutput, output ?? "standard output", String(cString: strerror(code)))
    }
    return session.gaps.isEmpty && (session.isOutlined || source.state == .closed)
      ? .success : .incomplete
  }
}
