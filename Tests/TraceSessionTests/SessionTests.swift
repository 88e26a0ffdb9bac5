import Testing
import TraceFormat
import TraceSamples
import TraceSession

@Suite struct SessionTests {
  private let source = ListedSource()

  /// A session of everything that `source` has.
  private func session() -> Session {
    let session = Session(source: source)
    while session.poll() {}
    return session
  }

  private func appendNames() {
    source.append([.run(TinyNetwork.run()), .graph(TinyNetwork.graph())])
  }

  @Test func showsNothingOfAnEmptyTrace() {
    let snapshot = session().snapshot()
    #expect(snapshot.run == nil)
    #expect(snapshot.extent == nil)
    #expect(snapshot.step == nil)
    #expect(snapshot.activationStep == nil)
    #expect(snapshot.scalars.isEmpty)
    #expect(snapshot.isFollowing)
    #expect(snapshot.cursor == 0)
  }

  @Test func foldsInPiecesWhatItFoldsAtOnce() {
    appendNames()
    for index in 0..<20 as Range<UInt64> { source.append(TinyNetwork.step(index)) }
    let pieces = Session(source: source)
    var (seen, most) = (0, 0)
    while true {
      let before = seen
      guard pieces.poll(items: 3, observe: { _ in seen += 1 }) else { break }
      most = max(most, seen - before)
    }
    #expect(seen == 22 && most == 3)
    let whole = ListedSource()
    whole.append([.run(TinyNetwork.run()), .graph(TinyNetwork.graph())])
    for index in 0..<20 as Range<UInt64> { whole.append(TinyNetwork.step(index)) }
    let session = Session(source: whole)
    while session.poll() {}
    let (mine, theirs) = (pieces.snapshot(), session.snapshot())
    #expect(mine.extent == theirs.extent && mine.scalars == theirs.scalars)
    #expect(mine.parameterGradNorms == theirs.parameterGradNorms)
  }

  @Test func foldsWhatEachStepMeasured() throws {
    appendNames()
    source.append(TinyNetwork.step(4), TinyNetwork.step(5))
    let snapshot = session().snapshot()
    #expect(snapshot.run == TinyNetwork.run())
    #expect(snapshot.extent == 4...5)
    #expect(snapshot.graph.graph == TinyNetwork.graph())
    #expect(snapshot.scalars[.loss]?.blocks.map(\.mean) == [4.5, 5.5])
    #expect(snapshot.scalars[.duration]?.last == 900)
    #expect(snapshot.scalars[.samplesPerSecond]?.last == 1e7)
    #expect(snapshot.scalars[.accuracy] == nil)
    // The root mean square times the root of 4 x 3 elements.
    #expect(try #require(snapshot.outputGradNorms[1]?.last) == Float(5 * 12.0.squareRoot()))
    #expect(snapshot.parameterGradNorms[0]?.last == 2)
    #expect(snapshot.parameterGradNorms[1] == nil)
    #expect(snapshot.updateRatios[0]?.last == 0.25)
    #expect(snapshot.updateRatios[1] == nil)
    #expect(snapshot.totals.total(of: 0, in: .forward)?.calls == 2)
  }

  @Test func foldsTimesAndBytes() {
    var step = TinyNetwork.step(0)
    step.phaseTimes = [11, 22, 33, 44, 0, 55]
    step.memory.row = [0, 1]
    step.memory.parameter = [100, 100]
    step.memory.activation = [7, 3]
    step.memory.gradient = [0, 20]
    source.append(step)
    let scalars = session().snapshot().scalars
    #expect(scalars[.forwardTime]?.last == 11)
    #expect(scalars[.recomputeTime]?.last == 22)
    #expect(scalars[.backwardTime]?.last == 33)
    #expect(scalars[.optimizerTime]?.last == 44)
    #expect(scalars[.dataTime]?.last == 55)
    #expect(scalars[.peakBytes]?.last == 123)
    #expect(scalars[.activationBytes]?.last == 7)
  }

  @Test func followsTheNewestStepWithoutReadingAgain() {
    appendNames()
    source.append(TinyNetwork.step(0))
    let session = session()
    #expect(session.snapshot().step == TinyNetwork.step(0))
    source.append(TinyNetwork.step(1))
    #expect(session.poll())
    #expect(session.snapshot().step == TinyNetwork.step(1))
    #expect(session.snapshot().cursor == 1)
    #expect(!session.poll())
    #expect(source.reads == 0)
  }

  @Test func seeksToAnyStepAndReadsItsChunkOnce() {
    appendNames()
    for step in 0..<20 as Range<UInt64> {
      source.append(TinyNetwork.step(2 * step), TinyNetwork.step(2 * step + 1))
    }
    let session = session()
    for step in [7, 6, 7] {
      session.seek(to: step)
      #expect(session.snapshot().step == TinyNetwork.step(UInt64(step)))
    }
    #expect(source.reads == 1)
    #expect(!session.snapshot().isFollowing)
    session.follow()
    #expect(session.snapshot().step?.index == 39)
  }

  @Test func theCursorStaysWithinWhatIsThere() {
    source.append(TinyNetwork.step(3), TinyNetwork.step(4))
    let session = session()
    session.seek(to: -5)
    #expect(session.cursor == 3)
    session.seek(to: .max)
    #expect(session.cursor == 4)
    #expect(!session.isFollowing)
  }

  @Test func findsTheNewestActivationsAtOrBeforeTheCursor() {
    for index in 0..<30 as Range<UInt64> {
      source.append(TinyNetwork.step(index, hasActivations: index % 10 == 3))
    }
    let session = session()
    let expected: [Int: UInt64?] = [0: nil, 2: nil, 3: 3, 12: 3, 13: 13, 22: 13, 29: 23]
    for (cursor, index) in expected {
      session.seek(to: cursor)
      #expect(session.snapshot().activationStep?.index == index, "at \(cursor)")
    }
    #expect(source.reads <= 2 * expected.count)
  }

  @Test func findsActivationsWithinAChunk() {
    source.append(
      TinyNetwork.step(0), TinyNetwork.step(1, hasActivations: false),
      TinyNetwork.step(2), TinyNetwork.step(3, hasActivations: false))
    let session = session()
    session.seek(to: 1)
    #expect(session.snapshot().activationStep?.index == 0)
    session.follow()
    #expect(session.snapshot().activationStep?.index == 2)
  }

  @Test func aLostChunkIsAStepThatIsNotThere() {
    source.append(TinyNetwork.step(0))
    source.append(TinyNetwork.step(1))
    source.lost = [0]
    let session = session()
    session.seek(to: 0)
    for _ in 0..<3 { #expect(session.snapshot().step == nil) }
    #expect(source.reads == 1)
  }

  @Test func aGapBetweenStepsIsAStepThatIsNotThere() {
    source.append(TinyNetwork.step(0))
    var gap = TraceGap(bytes: 10..<20, reason: "damaged")
    source.append([.gap(gap)])
    source.append(TinyNetwork.step(5))
    let session = session()
    session.seek(to: 3)
    let snapshot = session.snapshot()
    #expect(snapshot.step == nil)
    #expect(snapshot.activationStep?.index == 0)
    gap.steps = 1...4
    #expect(snapshot.gaps == [gap])
    #expect(snapshot.extent == 0...5)
  }

  @Test func anotherRunStartsOver() {
    appendNames()
    source.append(TinyNetwork.step(0), TinyNetwork.step(1))
    source.append([.run(TinyNetwork.run(id: "r2")), .graph(TinyNetwork.graph(id: 2))])
    source.append(TinyNetwork.step(9))
    let snapshot = session().snapshot()
    #expect(snapshot.run?.runID == "r2")
    #expect(snapshot.extent == 9...9)
    #expect(snapshot.scalars[.loss]?.blocks.count == 1)
    #expect(snapshot.totals.steps == 1)
  }

  @Test func theSameRunReadAgainIsNotCountedTwice() {
    appendNames()
    source.append(TinyNetwork.step(0), TinyNetwork.step(1))
    appendNames()
    source.append(TinyNetwork.step(0), TinyNetwork.step(1))
    let snapshot = session().snapshot()
    #expect(snapshot.totals.steps == 2)
    #expect(snapshot.extent == 0...1)
  }

  @Test func aResumedRunReplacesTheStepsThatComeAgain() {
    source.append(TinyNetwork.step(0), TinyNetwork.step(1), TinyNetwork.step(2))
    var again = TinyNetwork.step(1, hasActivations: false)
    again.loss = 77
    source.append(again)
    source.append(TinyNetwork.step(2, hasActivations: false))
    let session = session()
    session.seek(to: 1)
    #expect(session.snapshot().step?.loss == 77)
    #expect(session.snapshot().activationStep?.index == 0)
    #expect(session.snapshot().extent == 0...2)
  }

  @Test func foldsAFewChunksAtATime() {
    for index in 0..<10 as Range<UInt64> { source.append(TinyNetwork.step(index)) }
    let session = Session(source: source)
    #expect(session.poll())
    #expect(session.extent == 0...(Session.chunksPerPoll - 1))
  }

  @Test func handsEachItemToTheObserver() {
    appendNames()
    source.append(TinyNetwork.step(0))
    let session = Session(source: source)
    var items: [TraceItem] = []
    while session.poll(observe: { items.append($0) }) {}
    #expect(items == source.chunks.flatMap(\.self))
  }

  @Test func stepsBeyondCountingAreNotFolded() {
    source.append(TinyNetwork.step(1))
    var absurd = Step()
    absurd.index = .max
    source.append(absurd)
    #expect(session().snapshot().extent == 1...1)
  }

  @Test func aSnapshotStaysAsItWas() {
    source.append(TinyNetwork.step(0))
    let session = session()
    let snapshot = session.snapshot()
    source.append(TinyNetwork.step(1))
    session.poll()
    #expect(snapshot.scalars[.loss]?.blocks.count == 1)
    #expect(snapshot.totals.steps == 1)
  }

  @Test func looksAtATraceAsItIsWritten() {
    let feed = TraceFeed()
    let writer = TraceWriter(output: MemoryOutput(), run: TinyNetwork.run(), tap: feed)
    let session = Session(source: feed)
    writer.write(graph: TinyNetwork.graph(), now: 0)
    for index in 0..<9 as Range<UInt64> {
      writer.write(step: TinyNetwork.step(index), now: 0)
      writer.flush()
      while session.poll() {}
      #expect(session.snapshot().step == TinyNetwork.step(index))
    }
    #expect(session.snapshot().state == .growing)
    writer.close(now: 0)
    #expect(session.poll())
    session.seek(to: 4)
    #expect(session.snapshot().step == TinyNetwork.step(4))
    #expect(session.snapshot().state == .closed)
    #expect(session.gaps.isEmpty)
  }
}
