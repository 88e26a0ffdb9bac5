import Testing

@testable import Autodiff

@Suite struct ArenaPackingTests {
  /// Random lifetimes, some of them without bytes.
  private func lifetimes(_ seed: UInt64) -> [Lifetime] {
    var stream = RandomStream(seed: seed, name: "lifetimes")
    return (0..<(1 + stream.index(below: 80))).map { tensor in
      let first = stream.index(below: 40)
      return Lifetime(
        tensor: tensor, bytes: stream.index(below: 5000), first: first,
        last: first + stream.index(below: 20))
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func tensorsThatLiveTogetherDoNotOverlap(_ seed: UInt64) {
    let lifetimes = lifetimes(seed)
    let packing = ArenaPacking(lifetimes, tensors: lifetimes.count)
    for (index, a) in lifetimes.enumerated() where a.bytes > 0 {
      let start = packing.offsets[a.tensor]
      #expect(start % ArenaPacking.alignment == 0)
      #expect(start + a.bytes <= packing.extent)
      for b in lifetimes[(index + 1)...] where b.bytes > 0 && a.first <= b.last && b.first <= a.last
      {
        let other = packing.offsets[b.tensor]
        #expect(start + a.bytes <= other || other + b.bytes <= start)
      }
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func needsAtLeastTheLargestSumAndNotMuchMore(_ seed: UInt64) {
    let lifetimes = lifetimes(seed)
    let packing = ArenaPacking(lifetimes, tensors: lifetimes.count)
    let sums = (0..<60).map { time in
      lifetimes.filter { $0.first <= time && time <= $0.last }
        .reduce(0) { $0 + ArenaPacking.aligned($1.bytes) }
    }
    #expect(packing.lowerBound == sums.max())
    #expect(packing.extent >= packing.lowerBound)
    #expect(Double(packing.extent) <= 1.25 * Double(packing.lowerBound))
  }

  /// What a training step looks like: saved early, freed late, like nested brackets.
  @Test func nestedLifetimesNeedNoMoreThanTheirSum() {
    let lifetimes = (0..<50).map {
      Lifetime(tensor: $0, bytes: 100 * (1 + $0 % 7), first: $0, last: 100 - $0)
    }
    let packing = ArenaPacking(lifetimes, tensors: 50)
    #expect(packing.extent == packing.lowerBound)
  }

  @Test func nothingNeedsNoArena() {
    let packing = ArenaPacking([], tensors: 0)
    #expect(packing.extent == 0)
    #expect(packing.lowerBound == 0)
  }
}
