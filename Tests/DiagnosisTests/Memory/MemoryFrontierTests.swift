import Diagnosis
import Testing

@Suite struct MemoryFrontierTests {
  private func frontier(_ points: [(Int, Double)]) -> MemoryFrontier {
    MemoryFrontier(
      choices: points.map {
        MemoryFrontier.Choice(
          point: MemoryFrontier.Point(peak: $0.0, time: $0.1), layers: [])
      }, storeAll: MemoryFrontier.Point(peak: points.last?.0 ?? 0, time: points.last?.1 ?? 0),
      wall: "backward of head")
  }

  private var bent: MemoryFrontier {
    frontier([(10_000_000, 9e6), (12_000_000, 6e6), (30_000_000, 5e6), (50_000_000, 4e6)])
  }

  @Test func theFastestThatFitsIsChosen() {
    #expect(
      [9, 10, 11, 12, 40, 90].map { bent.choice(within: $0 * 1_000_000) } == [nil, 0, 0, 1, 2, 3])
  }

  /// 3 ms for 2 MB, 1 ms for 18 MB, nothing beyond.
  @Test func theSlopeIsInMillisecondsPerMegabyte() {
    #expect(bent.slope(at: 0) == 1.5)
    #expect(abs(bent.slope(at: 1) - 1.0 / 18) < 1e-12)
    #expect(bent.slope(at: 3) == 0)
  }

  @Test func theKneeIsWhereMemoryStopsToBeCheap() {
    #expect(bent.knee == 1)
    #expect(frontier([(1, 2), (2, 1)]).knee == nil)
    #expect(frontier([(1, 2)]).knee == nil)
    #expect(frontier([]).knee == nil)
  }
}
