import Synchronization
import Testing

@testable import Autodiff

@Suite struct ThreadTeamTests {
  @Test(arguments: [0, 1, 1000, 1 << 16, (1 << 18) + 5])
  func slicesMakeTheRange(_ count: Int) {
    let seen = Mutex<[Range<Int>]>([])
    let sums = ThreadTeam(threads: 2).sum(over: count) { range in
      seen.withLock { $0.append(range) }
      var sums = UpdateSums()
      sums.gradient = Double(range.count)
      return sums
    }
    #expect(sums.gradient == Double(count))
    let ranges = seen.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
    #expect(ranges.first?.lowerBound == 0)
    #expect(ranges.last?.upperBound == count)
    for (a, b) in zip(ranges, ranges.dropFirst()) {
      #expect(a.upperBound == b.lowerBound)
      #expect(b.lowerBound % 16 == 0)
    }
  }
}
