import Diagnosis
import Glibc
import Panels
import Pictures
import Screen
import TraceFormat
import TraceSession

/// `gradtop frame`: one frame of the dashboard as a picture.
struct FrameCommand {
  private enum Format: String, CaseIterable {
    case text, ansi, svg, png
  }

  private let path: String
  /// A run to compare with.
  private let otherPath: String?
  private let size: Size
  private let step: Int?
  private let output: String?
  private let dashboard: Dashboard
  private let format: Format
  private let theme: ThemeChoice
  private let namesTheme: Bool
  private let usesColor: Bool

  init(_ arguments: Arguments) throws(Failure) {
    (path, otherPath) = try arguments.traces()
    size = try Self.size(arguments)
    step = try arguments.integer("--step", least: 0)
    output = arguments.text("--output")
    let name = try arguments.choice("--format", of: Format.allCases.map(\.rawValue))
    format = Format(rawValue: name) ?? .text
    theme = try ThemeChoice(arguments.text("--theme"))
    namesTheme = arguments.has("--theme")
    usesColor = arguments.usesColor
    let panel = try arguments.choice("--panel", of: Dashboard.panelNames)
    var dashboard = Dashboard()
    _ = dashboard.select(panel: panel)
    // Who names two traces wants to see both.
    if otherPath != nil, !arguments.has("--panel") { dashboard.compare() }
    self.dashboard = dashboard
  }

  private static func size(_ arguments: Arguments) throws(Failure) -> Size {
    guard let text = arguments.text("--size") else { return Size(width: 120, height: 40) }
    let parts = text.split(separator: "x").map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], width > 0, height > 0,
      width <= 1000, height <= 1000
    else {
      throw arguments.mistake(
        "--size", "expected columns and rows, 1000 at most, as 120x40, found \"\(text)\"")
    }
    return Size(width: width, height: height)
  }

  func run() throws(Failure) -> ExitStatus {
    let (session, findings) = try read(path)
    let other = try otherPath.map { (path) throws(Failure) in try read(path).session }
    if let step { session.seek(to: step) }
    if let step, let extent = session.extent, !extent.contains(step) {
      printNote(
        "gradtop: \(path): step \(step) is not in it; shown is \(session.cursor) of "
          + "\(extent.lowerBound)..\(extent.upperBound)")
    }
    var canvas = Canvas(width: size.width, height: size.height)
    other?.seek(to: session.cursor)
    var scene = Scene(session.snapshot(), findings: findings, other: other?.snapshot())
    if dashboard.wantsPlanning { scene.planning = MemoryPlanning(planning(scene.snapshot)) }
    dashboard.draw(scene, on: &canvas)
    let bytes = try picture(of: canvas)
    try refuseOverwriting(otherPath, with: output)
    let descriptor = try openOutput(output, reading: path)
    defer { if descriptor != STDOUT_FILENO { close(descriptor) } }
    if let code = writeAll(bytes, to: descriptor), code != EPIPE {
      throw Failure(.inputOutput, output ?? "standard output", String(cString: strerror(code)))
    }
    var isWhole = tellDamage(of: path, session)
    if let otherPath, let other { isWhole = tellDamage(of: otherPath, other) && isWhole }
    return isWhole ? .success : .incomplete
  }

  /// A trace, and what is found in it; a long one is drawn from its summaries: one frame is not worth
  /// reading it all.
  private func read(_ path: String) throws(Failure) -> (session: Session, findings: [Finding]) {
    let session = Session(opening: try openTrace(path))
    var judge = Judge()
    while !session.isOutlined, session.poll(limit: 64, observe: { _ = judge.examine($0) }) {}
    let isOutlined = session.isOutlined
    return (session, isOutlined ? Finding.recorded(session.recordedFindings) : judge.findings)
  }

  /// What a step would take in less memory.
  private func planning(_ snapshot: Snapshot) -> MemoryPlanning.State {
    do {
      return .ready(
        try TracePlanning(
          snapshot, place: path, folders: TracePlanning.folders(of: path)
        ).memoryFrontier())
    } catch { return .failed(error.what) }
  }

  private func picture(of canvas: Canvas) throws(Failure) -> [UInt8] {
    // Text knows no colors: only a theme that was asked for matters.
    if format != .text || namesTheme { theme.report() }
    switch format {
    case .text: return Array(canvas.lines().map { $0 + "\n" }.joined().utf8)
    case .ansi:
      return Array(ANSIPicture(canvas, theme: theme.chosen, usesColor: usesColor).text.utf8)
    case .svg: return Array(SVGPicture(canvas, theme: theme.chosen).text.utf8)
    case .png:
      if output == nil || output == "-", isatty(STDOUT_FILENO) == 1 {
        throw Failure(
          .usage, "frame --format", "a terminal shows no PNG",
          hint: "write it to a file with -o FILE")
      }
      do { return try PNGPicture(canvas, theme: theme.chosen).bytes } catch {
        switch error {
        case .tooLarge(let columns, let rows):
          throw Failure(
            .usage, "frame --size", "too large for a PNG",
            hint: "it takes \(columns) columns and \(rows) rows at most")
        case .cairo(let reason): throw Failure(.internalError, "frame --format", reason)
        }
      }
    }
  }
}
