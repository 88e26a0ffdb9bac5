import Glibc
import Panels
import Screen
import TraceFormat
import TraceSession
import Training

/// `gradtop replay`: a trace on the dashboard.
struct ReplayCommand {
  private let path: String
  /// A run to compare with.
  private let otherPath: String?
  private let follows: Bool
  private let step: Int?
  private let speed: Double?
  private let settings: Settings
  private let theme: ThemeChoice
  private let usesColor: Bool

  init(_ arguments: Arguments, follows: Bool) throws(Failure) {
    (path, otherPath) = try arguments.traces()
    self.follows = follows
    step = try arguments.integer("--step", least: 0)
    // Without a dashboard there is nothing to set up.
    settings = standardOutputIsScreen ? try Settings.read() : Settings()
    theme = try settings.theme(arguments.text("--theme"))
    usesColor = arguments.usesColor
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
    let session: Session
    if path == "-" {
      guard standardOutputIsScreen else { return try reportStandardInput() }
      let feed = TraceFeed()
      readStandardInput(into: feed)
      (source, session) = (feed, Session(source: feed))
    } else {
      guard standardOutputIsScreen else {
        return try InfoCommand.report(path, isJSON: false)
      }
      let file = try openTrace(path)
      (source, session) = (file, Session(opening: file))
    }
    let other = try otherPath.map { (path) throws(Failure) in try openTrace(path) }
    let isFollowing = follows || path == "-"
    var loop = DashboardLoop(
      session: session, theme: theme, usesColor: usesColor, settings: settings)
    loop.planning = BackgroundPlanning(folders: TracePlanning.folders(of: path))
    loop.other = other.map { Session(opening: $0) }
    loop.watch = path == "-" ? nil : FileWatch(path: path)
    loop.firstStep = step ?? (speed == nil ? nil : 0)
    loop.producer = {
      isFollowing || source.state == .growing && !session.isOutlined
        ? .follow : .replay(isPlaying: false)
    }
    loop.notice = {
      let count = session.gaps.count
      return session.gaps.last.map { "\(count) gap\(count == 1 ? "" : "s"): \(describe($0))" } ?? ""
    }
    if let speed {
      loop.playSpeed = speed
      loop.isPlaying = true
    }
    theme.report()
    if let number = try loop.run() { return .signal(number) }
    if isFollowing { return .success }
    // Who left before a trace without an outline was read still wants to know whether it is whole.
    while !session.isOutlined, session.poll(limit: 64) {}
    return tellDamage(of: path, session) ? .success : .incomplete
  }

  /// What `info` prints of a trace that comes through a pipe.
  private func reportStandardInput() throws(Failure) -> ExitStatus {
    guard let spool = tmpfile() else {
      throw Failure(.inputOutput, "temporary file", String(cString: strerror(errno)))
    }
    defer { fclose(spool) }
    var failure: Int32?
    forEachBlock { block in
      if fwrite(block.baseAddress, 1, block.count, spool) < block.count { failure = errno }
      return failure == nil
    }
    if fflush(spool) != 0 { failure = failure ?? errno }
    if let failure {
      throw Failure(.inputOutput, "temporary file", String(cString: strerror(failure)))
    }
    return try InfoCommand.report(
      "/proc/self/fd/\(fileno(spool))", isJSON: false, called: "standard input")
  }

  private func readStandardInput(into feed: TraceFeed) {
    _ = WorkerThread {
      var offset: UInt64 = 0
      forEachBlock { block in
        // A file in a pipe comes faster than it is folded, and none of it is to be lost.
        while feed.queuedBytes > 8 << 20 { usleep(2_000) }
        feed.append(block, at: offset)
        offset += UInt64(block.count)
        return true
      }
    }
  }
}

/// Calls `body` with what comes on standard input, until it ends or `body` says so.
private func forEachBlock(_ body: (UnsafeRawBufferPointer) -> Bool) {
  let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  defer { block.deallocate() }
  while true {
    let count = read(STDIN_FILENO, block.baseAddress, block.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0, body(UnsafeRawBufferPointer(rebasing: block[..<count])) else { return }
  }
}
