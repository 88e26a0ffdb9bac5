internal import COneDNN

/// A loop of ours over `0..<count`, cut into slices for libgomp's threads: the pool that oneDNN uses.
///
/// It is made once, with its plan, so that running it allocates nothing.
final class ParallelLoop {
  private let count: Int
  private let grain: Int
  private let threads: Int
  private let body: (Range<Int>) -> Void

  /// - Parameters:
  ///   - grain: Slices begin at its multiples.
  ///   - body: Works on one slice; several threads call it at the same time.
  init(count: Int, grain: Int = 1, threads: Int, body: @escaping (Range<Int>) -> Void) {
    self.count = count
    self.grain = grain
    self.threads = min(threads, max(1, count / grain))
    self.body = body
  }

  /// Works on all slices.
  func run() {
    guard threads > 1 else { return body(0..<count) }
    GOMP_parallel(
      { pointer in
        guard let pointer else { return }
        Unmanaged<ParallelLoop>.fromOpaque(pointer).takeUnretainedValue()
          .runSlice(Int(omp_get_thread_num()), of: Int(omp_get_num_threads()))
      }, Unmanaged.passUnretained(self).toOpaque(), UInt32(threads), 0)
  }

  private func runSlice(_ thread: Int, of threads: Int) {
    func bound(_ thread: Int) -> Int {
      thread == threads ? count : count / grain * thread / threads * grain
    }
    body(bound(thread)..<bound(thread + 1))
  }
}

extension KernelFactory {
  /// A kernel that is a loop of ours.
  ///
  /// - Parameters:
  ///   - count: How often it goes round.
  ///   - elements: How many elements it touches: whether several threads are worth waking.
  ///   - body: Once addresses are known, what works on a slice.
  func loop(
    _ name: String, reads: [TensorID], writes: [TensorID], count: Int, grain: Int = 1,
    elements: Int, body: @escaping (Addresses) -> (Range<Int>) -> Void
  ) -> Kernel {
    let threads = threads(elements: elements)
    return Kernel(name, reads: reads, writes: writes, threads: threads) {
      addresses throws(KernelError) in
      let loop = ParallelLoop(
        count: count, grain: grain, threads: threads, body: body(addresses))
      return { loop.run() }
    }
  }
}
