import Autodiff
import Diagnosis
import Glibc
import Panels
import Screen
import Terminal
import TraceFormat
import TraceSession

/// Shows a session on the terminal until somebody leaves: reads keys, folds what is new, draws what
/// changed, at most thirty times a second.
///
/// A key is answered at once.
struct DashboardLoop {
  let session: Session
  /// Another run to compare with.
  var other: Session?
  let theme: ThemeChoice
  let usesColor: Bool
  let settings: Settings
  /// The training in this process.
  var control: (any RunControl)?
  /// Where steps come from, asked for each frame.
  var producer: () -> Scene.Producer = { .follow }
  /// What is wrong with the run in this process, as its own judge has it; nil: steps are judged here.
  var judged: (() -> [Finding])?
  /// Something to be told.
  var notice: () -> String = { "" }
  /// Steps per second when a closed trace is played.
  var playSpeed = 60.0
  /// Whether a closed trace plays from the start.
  var isPlaying = false
  /// Plans for memory, where the panel that shows them is looked at.
  var planning: BackgroundPlanning?
  /// Tells when the file that is followed changes; nil: it is looked at again and again.
  var watch: FileWatch?
  /// The step to look at first.
  var firstStep: Int?

  /// A frame's time in nanoseconds.
  private var frame: UInt64 { 1_000_000_000 / UInt64(settings.refresh) }

  /// Nanoseconds between frames that nobody has asked for, when one takes `cost`: beside a training,
  /// drawing has a hundredth of a core, as long as five frames a second are left.
  private func interval(_ cost: UInt64) -> UInt64 {
    if case .replay = producer() { return frame }
    return max(frame, min(100 * cost, 200_000_000))
  }

  /// What changes from frame to frame.
  private struct State {
    var dashboard: Dashboard
    var judge = Judge()
    /// What was drawn, until something is folded: what it shares with the session would be copied.
    var scene: Scene?
    var speed: Double
    var isPlaying: Bool
    var owed = 0.0
    /// When a trace that plays was last moved on; nil while it does not play.
    var played: UInt64?
    /// When the last frame was begun, and how many nanoseconds it took.
    var drawn: UInt64 = 0
    var cost: UInt64 = 0
    /// Whether there may be more to fold at once.
    var isReading = true
    var themes: [Theme]
  }

  /// How it came to its end.
  private struct Ending {
    /// Nil where somebody left.
    var signal: Int32?
  }

  /// Runs until somebody leaves.
  ///
  /// - Returns: The signal that ended it; nil where a key did.
  func run() throws(Failure) -> Int32? {
    let screen: TerminalScreen
    do { screen = try TerminalScreen(usesColor: usesColor) } catch {
      throw Failure(.inputOutput, "terminal", error.reason)
    }
    defer {
      screen.close()
      planning?.cancel()
    }
    var state = State(
      dashboard: settings.dashboard, speed: playSpeed, isPlaying: isPlaying, themes: theme.cycle)
    var isStale = true
    // Who names two traces wants to see both.
    if other != nil { state.dashboard.compare() }
    let started = MonotonicClock.now()
    var lastProducer: Scene.Producer?
    var sought = firstStep == nil
    var lastPlanning = ""
    while true {
      let now = MonotonicClock.now()
      let wait =
        state.isReading && (!isStale || control == nil)
        ? 0
        : isStale
          ? remaining(state, now) : patience(state, now, quietFor: now - max(state.drawn, started))
      let input = screen.read(milliseconds: wait, orReadable: watch?.descriptor ?? -1)
      watch?.drain()
      if let input, let ending = answer(input, on: screen, &state) { return ending.signal }
      let isAsked = input != nil
      // Whoever has pressed a key waits for its frame; what has come is folded behind it.
      if isAsked { state.isReading = true }
      if isAsked || fold(&state) { isStale = true }
      if !sought, let step = firstStep, let extent = session.extent, extent.contains(step) {
        session.seek(to: step)
        sought = true
      }
      if play(&state) { isStale = true }
      let producer = currentProducer(state)
      if producer != lastProducer { isStale = true }
      let planned = "\(planning?.version ?? 0) \(control?.planningNote ?? "")"
      if planned != lastPlanning { isStale = true }
      guard isStale, isAsked || remaining(state, MonotonicClock.now()) == 0 else { continue }
      lastProducer = producer
      lastPlanning = planned
      state.drawn = MonotonicClock.now()
      isStale = false
      var scene = scene(state)
      if state.dashboard.wantsPlanning {
        planning?.begin(scene.snapshot)
        scene.planning = currentPlanning
      }
      var canvas = Canvas(
        width: screen.size.width, height: screen.size.height, glyphs: screen.glyphs)
      state.dashboard.draw(scene, on: &canvas)
      state.scene = scene
      screen.paint(canvas, theme: state.themes[0])
      state.cost = MonotonicClock.now() - state.drawn
    }
  }

  /// Does what somebody asks for, and what comes right behind it; how it ends, where it does.
  private func answer(
    _ input: Input, on screen: TerminalScreen, _ state: inout State
  ) -> Ending? {
    let start = MonotonicClock.now()
    var next: Input? = input
    while let input = next {
      if case .signal(let number) = input { return Ending(signal: number) }
      let scene = state.scene ?? scene(state)
      state.scene = nil
      for effect in state.dashboard.handle(input, scene, size: screen.size)
      where perform(effect, &state) {
        return Ending()
      }
      // Keys that come faster than frames: each goes on from where the one before has led.
      next = MonotonicClock.now() - start < frame ? screen.read(milliseconds: 0) : nil
    }
    return nil
  }

  /// How many milliseconds to wait for a key while there is nothing to draw; -1: until one comes.
  private func patience(_ state: State, _ now: UInt64, quietFor time: UInt64) -> Int32 {
    if planning?.isRunning ?? false { return 100 }
    return switch currentProducer(state) {
    case .replay(isPlaying: false), .ended: -1
    case .follow where watch?.tellsAll == true && other == nil: -1
    case .follow where watch != nil: 1000
    case .follow where time > 1_000_000_000: 100
    case .training(isPaused: true): 100
    // What comes before the next frame is folded with it: each waking takes time from the training.
    case .training(isPaused: false): max(33, remaining(state, now))
    default: 33
    }
  }

  private func remaining(_ state: State, _ now: UInt64) -> Int32 {
    let due = state.drawn &+ interval(state.cost)
    return now >= due ? 0 : Int32((due - now + 999_999) / 1_000_000)
  }

  /// Folds what has come, for a few milliseconds at most; true where that shows.
  private func fold(_ state: inout State) -> Bool {
    state.scene = nil
    let (isNew, shows) =
      judged == nil ? fold(session) { _ = state.judge.examine($0) } : fold(session)
    let (isOtherNew, otherShows) = other.map { fold($0) } ?? (false, false)
    state.isReading = isNew || isOtherNew
    return shows || otherShows
  }

  private func fold(
    _ session: Session, observe: (TraceItem) -> Void = { _ in }
  ) -> (isNew: Bool, shows: Bool) {
    let (start, gaps) = (MonotonicClock.now(), session.gaps.count)
    // A key waits for no more than this. Between frames, a training in this process comes first.
    let slice: UInt64 = control == nil ? 1_000_000 : 10_000_000
    var isNew = false
    while MonotonicClock.now() - start < slice,
      session.poll(limit: 1, items: 8, observe: observe)
    {
      isNew = true
    }
    // What is shown of a long trace comes from its index, until all of it is read.
    return (isNew, isNew && (!session.isOutlined || session.gaps.count != gaps))
  }

  private func scene(_ state: State) -> Scene {
    var scene = Scene(
      session.snapshot(), findings: findings(state.judge), producer: currentProducer(state),
      speed: control?.speed ?? (state.isPlaying ? state.speed : nil), notice: notice(),
      other: otherSnapshot())
    scene.planning = currentPlanning
    return scene
  }

  private var currentPlanning: MemoryPlanning {
    MemoryPlanning(planning?.current ?? .unasked, note: control?.planningNote ?? "")
  }

  /// What is found so far; while a long trace is still being read, what its producer found.
  private func findings(_ judge: Judge) -> [Finding] {
    if let judged { return judged() }
    return session.isOutlined ? Finding.recorded(session.recordedFindings) : judge.findings
  }

  /// The other run at the same step.
  private func otherSnapshot() -> Snapshot? {
    other?.seek(to: session.cursor)
    return other?.snapshot()
  }
}

// MARK: - Effects

extension DashboardLoop {
  private func currentProducer(_ state: State) -> Scene.Producer {
    let producer = producer()
    if case .replay = producer { return .replay(isPlaying: state.isPlaying) }
    return producer
  }

  /// Does what the dashboard asks for; true: leave.
  private func perform(_ effect: Effect, _ state: inout State) -> Bool {
    switch effect {
    case .quit: return true
    case .seek(let step): session.seek(to: step)
    case .follow: session.follow()
    case .togglePause:
      if let control {
        control.isPaused ? control.resume() : control.pause()
      } else {
        state.isPlaying.toggle()
        // At the end there is nothing to play: begin again.
        if state.isPlaying, let extent = session.extent, session.cursor >= extent.upperBound {
          session.seek(to: extent.lowerBound)
        }
      }
    case .singleStep: control?.singleStep()
    case .walk: control?.walk()
    case .walkOut: control?.walkOut()
    case .plan(let budget): control?.plan(budget: budget)
    case .slower: change(&state.speed, by: 0.5)
    case .faster: change(&state.speed, by: 2)
    case .nextTheme: state.themes.append(state.themes.removeFirst())
    }
    return false
  }

  /// Full speed is where a training starts; the first step down from it is 512 steps a second.
  private func change(_ speed: inout Double, by factor: Double) {
    guard let control else {
      speed = min(8192, max(0.25, speed * factor))
      return
    }
    let next = (control.speed ?? 1024) * factor
    control.speed = next > 1024 ? nil : max(0.25, next)
  }

  /// Moves the cursor of a trace that plays; true where it moved.
  private func play(_ state: inout State) -> Bool {
    guard control == nil, state.isPlaying, case .replay = producer(),
      let extent = session.extent
    else {
      state.played = nil
      return false
    }
    let now = MonotonicClock.now()
    // Where frames come late, steps do not pile up.
    let passed = state.played.map { min(now - $0, 4 * frame) } ?? frame
    guard passed >= frame, remaining(state, now) == 0 else { return false }
    state.played = now
    state.owed += state.speed * Double(passed) / 1e9
    let steps = Int(state.owed)
    guard steps > 0 else { return false }
    state.owed -= Double(steps)
    let next = min(extent.upperBound, session.cursor + steps)
    session.seek(to: next)
    if next == extent.upperBound { state.isPlaying = false }
    return true
  }
}
