internal import COneDNN

/// Work in parts, each done by one thread from its start to its end: for loops whose parts need
/// nothing of each other, so that the threads meet only once.
///
/// It runs on libgomp's threads: the pool that oneDNN uses, not a second one. oneDNN's kernels may be
/// called inside; they then stay on the calling thread.
final class ParallelRegion {
  private let parts: Int
  private let body: (Int) -> Void

  /// Calls `body` with 0 ..< `parts`, on as many threads.
  init(parts: Int, _ body: @escaping (Int) -> Void) {
    self.parts = parts
    self.body = body
  }

  /// Does all parts and returns when the last one is done.
  func run() {
    guard parts > 1 else {
      body(0)
      return
    }
    GOMP_parallel(
      { context in
        guard let context else { return }
        let region = Unmanaged<ParallelRegion>.fromOpaque(context).takeUnretainedValue()
        // There may be fewer threads than were asked for.
        for part in stride(
          from: Int(omp_get_thread_num()), to: region.parts, by: Int(omp_get_num_threads()))
        { region.body(part) }
      }, Unmanaged.passUnretained(self).toOpaque(), UInt32(parts), 0)
  }

  /// The items of a part where `count` are shared out evenly.
  static func share(of count: Int, part: Int, of parts: Int) -> Range<Int> {
    count * part / parts..<count * (part + 1) / parts
  }
}
