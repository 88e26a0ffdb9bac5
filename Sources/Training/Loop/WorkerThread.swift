import Glibc

/// A thread of the operating system's that runs one closure.
///
/// Training needs one: oneDNN's pool belongs to the thread that calls it, so it must not hop as tasks
/// do.
public final class WorkerThread: @unchecked Sendable {
  private var handle = pthread_t()
  private var isJoined = false

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Starts `body`.
  ///
  /// - Returns: nil where the system has no thread left.
  public init?(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &handle, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      return nil
    }
  }

  /// Waits until the closure has returned.
  public func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(handle, nil)
  }
}

/// Sleeps for about `nanoseconds`.
func pause(nanoseconds: UInt64) {
  var time = timespec(
    tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  nanosleep(&time, nil)
}
