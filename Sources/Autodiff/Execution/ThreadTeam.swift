internal import COneDNN

/// Loops of our own on libgomp's threads: the pool that oneDNN uses, not a second one.
struct ThreadTeam {
  /// The most threads that a loop may use.
  let threads: Int

  /// Elements from which a loop is worth several threads.
  static let parallelElements = 24_000

  /// The most threads that `sums` can keep apart.
  static let limit = 64

  /// Runs `body` over slices of `0..<count`, one for each thread, and adds what they return.
  ///
  /// Together the slices make the range; each starts at a multiple of 16.
  func sum(
    over count: Int, _ body: (Range<Int>) -> UpdateSums
  ) -> UpdateSums {
    let team = min(threads, Self.limit, count / (Self.parallelElements / 2))
    guard team > 1, count >= Self.parallelElements else { return body(0..<count) }
    return withoutActuallyEscaping(body) { body in
      withUnsafeTemporaryAllocation(of: UpdateSums.self, capacity: team) { sums in
        sums.initialize(repeating: UpdateSums())
        var work = Work(body: body, count: count, threads: team, sums: sums)
        withUnsafeMutablePointer(to: &work) { work in
          GOMP_parallel(
            { pointer in
              pointer?.assumingMemoryBound(to: Work.self).pointee.run(Int(omp_get_thread_num()))
            }, work, UInt32(team), 0)
        }
        return sums.reduce(into: UpdateSums()) { $0.add($1) }
      }
    }
  }

  private struct Work {
    let body: (Range<Int>) -> UpdateSums
    let count: Int
    let threads: Int
    let sums: UnsafeMutableBufferPointer<UpdateSums>

    func run(_ thread: Int) {
      guard thread < threads else { return }
      sums[thread] = body(bound(thread)..<bound(thread + 1))
    }

    private func bound(_ thread: Int) -> Int {
      thread == threads ? count : count * thread / threads / 16 * 16
    }
  }
}
