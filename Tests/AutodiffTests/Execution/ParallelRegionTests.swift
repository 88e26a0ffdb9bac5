import Synchronization
import Testing

@testable import Autodiff

@Suite struct ParallelRegionTests {
  @Test(arguments: [1, 2, 5, 40])
  func doesEachPartOnce(_ parts: Int) {
    let calls = Mutex(Array(repeating: 0, count: parts))
    let region = ParallelRegion(parts: parts) { part in calls.withLock { $0[part] += 1 } }
    region.run()
    region.run()
    #expect(calls.withLock { $0 } == Array(repeating: 2, count: parts))
  }

  @Test(arguments: [(0, 3), (1, 3), (7, 3), (16, 2), (5, 1)])
  func sharesItemsOut(_ count: Int, _ parts: Int) {
    let shares = (0..<parts).map { ParallelRegion.share(of: count, part: $0, of: parts) }
    #expect(shares.flatMap { Array($0) } == Array(0..<count))
    #expect((shares.map(\.count).max() ?? 0) - (shares.map(\.count).min() ?? 0) <= 1)
  }
}
