import Synchronization
import Testing

@testable import Autodiff

/// Slices of a loop: together they are the whole, whatever the number of threads.
@Suite struct ParallelLoopTests {
  @Test(arguments: [0, 1, 5, 64, 1000], [1, 2, 3])
  func coversEachIndexOnce(count: Int, threads: Int) {
    for grain in [1, 16] {
      let total = Mutex<[Int]>(Array(repeating: 0, count: count))
      let loop = ParallelLoop(count: count, grain: grain, threads: threads) { range in
        total.withLock { total in
          for index in range { total[index] += 1 }
          #expect(range.isEmpty || range.lowerBound % grain == 0)
        }
      }
      loop.run()
      loop.run()
      #expect(total.withLock { $0 } == Array(repeating: 2, count: count))
    }
  }
}
