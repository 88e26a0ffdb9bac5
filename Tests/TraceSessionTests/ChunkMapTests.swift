import SeededNumbers
import Testing
import TraceFormat

@testable import TraceSession

@Suite struct ChunkMapTests {
  @Test func findsTheChunkOfEachStep() {
    var map = ChunkMap()
    for step in [3, 4, 7, 8, 20] {
      map.add(step, in: chunk(step < 7 ? 0 : 1), hasActivations: false)
    }
    #expect(map.entry(for: 2) == nil)
    #expect(map.entry(for: 3)?.location == chunk(0))
    #expect(map.entry(for: 5) == nil)
    #expect(map.entry(for: 7)?.location == chunk(1))
    #expect(map.entry(for: 21) == nil)
  }

  @Test(arguments: 0..<50)
  func agreesWithANaiveReference(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var map = ChunkMap()
    var truth: [(step: Int, chunk: UInt64, hasActivations: Bool)] = []
    var step = 0
    var current: UInt64 = 0
    for _ in 0..<100 {
      let hasActivations = Int.random(in: 0..<5, using: &generator) == 0
      map.add(step, in: chunk(current), hasActivations: hasActivations)
      truth.append((step, current, hasActivations))
      step += Int.random(in: 1...3, using: &generator)
      if Int.random(in: 0..<3, using: &generator) == 0 { current += 1 }
    }
    for cursor in 0..<step {
      if let known = truth.last(where: { $0.step == cursor }) {
        #expect(map.entry(for: cursor)?.location == chunk(known.chunk))
      }
      let newest = truth.last { $0.step <= cursor && $0.hasActivations }
      #expect(map.entryOfActivations(at: cursor)?.location == newest.map { chunk($0.chunk) })
    }
  }

  @Test func aResumedProducerReplacesWhatFollows() {
    var map = ChunkMap()
    for step in 0..<6 {
      map.add(step, in: chunk(UInt64(step) / 3), hasActivations: step == 1 || step == 5)
    }
    map.add(2, in: chunk(9), hasActivations: false)
    #expect(map.entry(for: 1)?.location == chunk(0))
    #expect(map.entry(for: 2)?.location == chunk(9))
    #expect(map.entry(for: 4) == nil)
    #expect(map.entryOfActivations(at: 2)?.location == chunk(0))
  }

  private func chunk(_ offset: some BinaryInteger) -> ChunkLocation {
    ChunkLocation(offset: UInt64(offset), length: 1)
  }
}
