import Glibc
import Panels
import Screen
import TraceFormat
import TraceSession
import Training

/// `gradtop replay`: a trace on the dashboard.
struct ReplayCommand {
  private let path: String
  private let follows: Bool
  private let step: Int?
  private let speed: Double?
  private let theme: ThemeChoice
  private let usesColor: Bool

  init(_ arguments: Arguments, follows: Bool) throws(Failure) {
    path = try arguments.trace()
    self.follows = follows
    step = try arguments.integer("--step", least: 0)
    theme = try ThemeChoice(arguments.text("--theme"))
    usesColor = !arguments.has("--no-color") && getenv("NO_COLOR") == nil
    guard let text = arguments.text("--speed") else {
      speed = nil
      return
    }
    guard let number = Double(text), number > 0, number.isFinite else {
      throw arguments.mistake("--speed", "expected steps per second, found \"\(text)\"")
    }
    speed = number
  }

  func run() throws(Failure) -> ExitStatus {
    let source: any TraceSource
    if path == "-" {
      let feed = TraceFeed()
      readStandardInput(into: feed)
      source = feed
    } else {
      guard isatty(STDOUT_FILENO) == 1 else {
        return try InfoCommand.report(path, isJSON: false)
      }
      source = try openTrace(path)
    }
    let session = Session(source: source)
    let isFollowing = follows || path == "-"
    var loop = DashboardLoop(session: session, theme: theme, usesColor: usesColor)
    loop.firstStep = step ?? (speed == nil ? nil : 0)
    loop.producer = {
      isFollowing || source.state == .growing ? .follow : .replay(isPlaying: false)
    }
    loop.notice = {
      session.gaps.last.map { "\(session.gaps.count) gaps: \(describe($0))" } ?? ""
    }
    if let speed {
      loop.playSpeed = speed
      loop.isPlaying = true
    }
    if let number = try loop.run() { return .signal(number) }
    if isFollowing { return .success }
    return session.gaps.isEmpty && source.state == .closed ? .success : .incomplete
  }

  private func readStandardInput(into feed: TraceFeed) {
    _ = WorkerThread {
      var offset: UInt64 = 0
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { block.deallocate() }
      while true {
        let count = read(STDIN_FILENO, block.baseAddress, block.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        feed.append(UnsafeRawBufferPointer(rebasing: block[..<count]), at: offset)
        offset += UInt64(count)
      }
    }
  }
}
