import Testing

@testable import TraceFormat

@Suite struct GapListTests {
  private func gap(_ bytes: Range<UInt64>, _ reason: String = "damaged") -> TraceGap {
    TraceGap(bytes: bytes, reason: reason)
  }

  @Test func stepsAreThoseBetweenItsNeighbours() {
    var list = GapList()
    list.add(step: 3)
    list.add(gap(10..<20))
    #expect(list.isOpen)
    list.add(step: 7)
    #expect(!list.isOpen)
    #expect(list.gaps.map(\.steps) == [4...6])
  }

  @Test func aGapInPiecesIsOne() {
    var list = GapList()
    for piece in 0..<3 as Range<UInt64> { list.add(gap(piece * 10..<piece * 10 + 10)) }
    #expect(list.gaps == [gap(0..<30)])
  }

  @Test func whatIsNotTheSameStaysApart() {
    var list = GapList()
    list.add(gap(0..<10))
    list.add(gap(12..<20))
    list.add(gap(20..<30, "missing"))
    list.add(TraceGap(bytes: 30..<30, droppedEvents: 2, reason: "missing"))
    list.add(step: 1)
    list.add(gap(30..<40, "missing"))
    #expect(list.gaps.count == 5)
  }

  @Test func ofVeryManyTheFirstOnesAreKept() {
    var list = GapList()
    for index in 0..<UInt64(GapList.limit + 5) { list.add(gap(index * 2..<index * 2 + 1)) }
    #expect(list.gaps.count == GapList.limit)
  }
}
