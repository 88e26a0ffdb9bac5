import Foundation
import Testing
import TraceFormat
import TraceSamples

@testable import TraceSession

@Suite struct OutlineTests {
  /// The last step has activation columns.
  private static let steps: UInt64 = 4994

  private static func write(
    _ path: String, steps: UInt64 = steps, closes: Bool = true, finding: FindingRecord? = nil
  ) throws {
    let output = try FileOutput(path: path, overwriting: true)
    let writer = TraceWriter(output: output, run: TinyNetwork.run())
    writer.write(graph: TinyNetwork.graph(), now: 0)
    for index in 0..<steps {
      writer.write(
        step: TinyNetwork.step(index, hasActivations: index % 10 == 3), now: index * 1000)
      if let finding, index == finding.firstStep {
        writer.write(finding: finding, now: index * 1000)
      }
      if index % 100 == 99 { writer.flush() }
    }
    if closes { writer.close(now: 0) } else { writer.flush() }
  }

  private static func withTrace(
    steps: UInt64 = steps, closes: Bool = true, finding: FindingRecord? = nil,
    _ body: (String) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "gradtop-outline-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(path, steps: steps, closes: closes, finding: finding)
    try body(path)
  }

  private static func folded(_ path: String) throws -> Snapshot {
    let session = Session(source: try TraceFile(path: path))
    while session.poll() {}
    session.seek(to: 1234)
    return session.snapshot()
  }

  @Test func tellsAtOnceWhatFoldingTells() throws {
    try Self.withTrace { path in
      let session = Session(opening: try TraceFile(path: path), threshold: 0)
      #expect(session.isOutlined)
      session.seek(to: 1234)
      let (outline, whole) = (session.snapshot(), try Self.folded(path))
      #expect(outline.extent == whole.extent)
      #expect(outline.step == whole.step)
      #expect(outline.activationStep?.index == 1233)
      #expect(outline.run == whole.run)
      #expect(outline.graph.graph == whole.graph.graph)
      #expect(Set(outline.scalars.keys) == Set(whole.scalars.keys))
      #expect(outline.totals.keys == whole.totals.keys)
      for (mine, theirs) in zip(outline.totals.totals, whole.totals.totals) {
        #expect(mine.calls == theirs.calls && mine.maximumTime == theirs.maximumTime)
        let difference = Double(mine.totalTime) - Double(theirs.totalTime)
        #expect(abs(difference) < 1e-4 * Double(theirs.totalTime))
      }
      #expect(outline.totals.steps == whole.totals.steps)
    }
  }

  @Test func tellsWhatTheProducerFoundUntilAllIsFolded() throws {
    var record = FindingRecord()
    (record.rule, record.firstStep, record.isOpen) = ("loss_diverging", 40, true)
    try Self.withTrace(finding: record) { path in
      let session = Session(opening: try TraceFile(path: path), threshold: 0)
      #expect(session.recordedFindings == [record])
      while session.poll() {}
      #expect(session.recordedFindings.isEmpty)
    }
  }

  @Test func seriesHaveTheSameExtremesAndEnds() throws {
    try Self.withTrace { path in
      let outline = Session(opening: try TraceFile(path: path), threshold: 0).snapshot()
      let whole = try Self.folded(path)
      var pairs = whole.scalars.map { (outline.scalars[$0.key], $0.value) }
      for table in [\Snapshot.outputGradNorms, \.parameterGradNorms, \.updateRatios] {
        let (mine, theirs) = (outline[keyPath: table], whole[keyPath: table])
        pairs += try theirs.ids.map { (mine[$0], try #require(theirs[$0])) }
      }
      #expect(pairs.count > 5)
      for (mine, theirs) in pairs {
        let mine = try #require(mine)
        #expect(mine.minimum == theirs.minimum && mine.maximum == theirs.maximum)
        #expect(mine.last == theirs.last && mine.lastStep == theirs.lastStep)
        #expect(
          mine.blocks.reduce(0) { $0 + $1.count } == theirs.blocks.reduce(0) { $0 + $1.count })
      }
    }
  }

  /// Of a network of thousands of nodes, the level that a screen would take is a tenth of the trace.
  @Test func aLevelOfTooManyBytesIsLeftForACoarserOne() throws {
    try Self.withTrace { path in
      let file = try TraceFile(path: path)
      let index = try #require(file.index())
      func bytes(ofLevel stride: UInt64) -> UInt64 {
        index.chunks.filter { $0.steps?.stride == stride }.reduce(0) { $0 + $1.location.length }
      }
      #expect(bytes(ofLevel: 16) > bytes(ofLevel: 256))
      func loss(_ levelBytes: UInt64) throws -> Series {
        let outline = Outline(file, index, partCapacity: 512, levelBytes: levelBytes)
        return try #require(outline?.facts.measuredScalars[.loss])
      }
      let fine = try loss(bytes(ofLevel: 16))
      let coarse = try loss(bytes(ofLevel: 256))
      #expect(fine.stride == 16 && coarse.stride == 256)
      #expect(try loss(0).stride == 4096)
      #expect(coarse.minimum == fine.minimum && coarse.maximum == fine.maximum)
      #expect(coarse.last == fine.last && coarse.first == fine.first)
    }
  }

  @Test func isExactWhenAllIsFolded() throws {
    try Self.withTrace { path in
      let session = Session(opening: try TraceFile(path: path), threshold: 0)
      var steps = 0
      while session.poll(observe: { if case .step = $0 { steps += 1 } }) {}
      #expect(!session.isOutlined)
      #expect(steps == Self.steps)
      session.seek(to: 1234)
      let (mine, theirs) = (session.snapshot(), try Self.folded(path))
      #expect(mine.scalars == theirs.scalars)
      #expect(mine.updateRatios == theirs.updateRatios)
    }
  }

  @Test func damageInTheMiddleIsNoticedWhenItIsFolded() throws {
    try Self.withTrace { path in
      let index = try #require(try TraceFile(path: path).index())
      let chunks = index.chunks.filter { $0.steps?.stride == 1 }
      let middle = chunks[chunks.count / 2].location
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      try handle.seek(toOffset: middle.offset + middle.length / 2)
      try handle.write(contentsOf: Data([1, 2, 3, 4]))
      try handle.close()
      let session = Session(opening: try TraceFile(path: path), threshold: 0)
      #expect(session.isOutlined && session.gaps.isEmpty)
      while session.poll() {}
      #expect(session.gaps.count == 1)
      #expect(session.gaps.first?.steps != nil)
    }
  }

  @Test func aTraceWithoutAnIndexIsFolded() throws {
    try Self.withTrace(closes: false) { path in
      let session = Session(opening: try TraceFile(path: path), threshold: 0)
      #expect(!session.isOutlined)
    }
  }

  @Test func aShortTraceIsFolded() throws {
    try Self.withTrace(steps: 50) { path in
      let session = Session(opening: try TraceFile(path: path))
      #expect(!session.isOutlined)
    }
  }
}
