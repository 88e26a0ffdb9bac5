internal import COneDNN

/// Loops of our own on libgomp's threads: the pool that oneDNN uses, not a second one.
struct ThreadTeam {
  /// The most threads that a loop may use.
  let threads: Int

  /// A loop that sums over a tensor's elements.
  ///
  /// A case for each, since a closure would be allocated at every call.
  enum Loop {
    /// Σ x², as the gradient's.
    case squares(UnsafePointer<Float>)
    /// Σ x, as the gradient's.
    case elements(UnsafePointer<Float>)
    /// How many are NaN or Inf.
    case nonFinite(UnsafePointer<Float>)
    /// An update by a rule.
    case update(any UpdateRule, UpdateCall)

    func run(_ range: Range<Int>) -> UpdateSums {
      var sums = UpdateSums()
      let count = range.count
      switch self {
      case .squares(let x):
        sums.gradient = LineSums.squares(x + range.lowerBound, count: count)
      case .elements(let x):
        sums.gradient = LineSums.sum(x + range.lowerBound, count: count)
      case .nonFinite(let x):
        sums.nonFinite = countNonFinite(x + range.lowerBound, count: count)
      case .update(let rule, let call):
        sums = rule.update(call.slice(range))
      }
      return sums
    }
  }

  /// Elements from which a loop is worth several threads.
  static let parallelElements = 24_000

  /// The most threads that `sums` can keep apart.
  static let limit = 64

  /// Runs `loop` over `0..<count`, a slice on each thread, and adds what they return.
  func sum(over count: Int, _ loop: Loop) -> UpdateSums {
    let team = min(threads, Self.limit, count / (Self.parallelElements / 2))
    guard team > 1, count >= Self.parallelElements else { return loop.run(0..<count) }
    return withUnsafeTemporaryAllocation(of: UpdateSums.self, capacity: team) { sums in
      sums.initialize(repeating: UpdateSums())
      var work = Work(loop: loop, count: count, threads: team, sums: sums)
      withUnsafeMutablePointer(to: &work) { work in
        GOMP_parallel(
          { pointer in
            pointer?.assumingMemoryBound(to: Work.self).pointee.run(Int(omp_get_thread_num()))
          }, work, UInt32(team), 0)
      }
      return sums.reduce(into: UpdateSums()) { $0.add($1) }
    }
  }

  /// The part of `0..<count` that is a thread's: together they make it, each starts at a multiple
  /// of 16.
  static func slice(of count: Int, thread: Int, of threads: Int) -> Range<Int> {
    func bound(_ thread: Int) -> Int {
      thread == threads ? count : count * thread / threads / 16 * 16
    }
    return bound(thread)..<bound(thread + 1)
  }

  private struct Work {
    let loop: Loop
    let count: Int
    let threads: Int
    let sums: UnsafeMutableBufferPointer<UpdateSums>

    func run(_ thread: Int) {
      guard thread < threads else { return }
      sums[thread] = loop.run(ThreadTeam.slice(of: count, thread: thread, of: threads))
    }
  }
}
