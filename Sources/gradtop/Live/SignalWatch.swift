import Glibc
import Synchronization

/// Notices requests to end, so that the trace is closed before the process does.
enum SignalWatch {
  private static let received = Atomic<Int32>(0)

  static func start() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in SignalWatch.received.store(number, ordering: .relaxed) }
    }
  }

  /// The last one; nil: none.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  private static func signal(_ number: Int32, _ body: @escaping @convention(c) (Int32) -> Void) {
    Glibc.signal(number, body)
  }
}
