import Glibc

/// The monotonic clock that all times of a trace are read from.
public enum MonotonicClock {
  /// Nanoseconds since some fixed moment.
  ///
  /// No system call: the kernel maps the clock into the process.
  @inline(__always)
  public static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
      &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }
}
