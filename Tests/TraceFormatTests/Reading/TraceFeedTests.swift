import Testing

@testable import TraceFormat

@Suite struct TraceFeedTests {
  /// Writes `steps`, one a chunk, with `feed` as tap.
  private func write(_ steps: Range<UInt64>, to output: any TraceOutput, _ feed: TraceFeed) {
    let writer = TraceWriter(output: output, run: SampleTrace.run, tap: feed)
    writer.write(graph: SampleTrace.graph(), now: 1_000)
    for index in steps {
      writer.write(step: SampleTrace.step(index), now: 1_000)
      writer.flush()
    }
    writer.close(now: 2_000)
  }

  @Test func tellsWhatTheFileTells() throws {
    let feed = TraceFeed()
    let output = MemoryOutput()
    write(0..<20, to: output, feed)
    let file = TemporaryFile(output.bytes)
    #expect(Told(polling: feed) == Told(polling: try TraceFile(path: file.path)))
    #expect(feed.state == .closed)
    #expect(feed.bytesRead == UInt64(output.bytes.count))
  }

  @Test func takesBytesInAnyPieces() {
    let bytes = SampleTrace.bytes(steps: 0..<9)
    let feed = TraceFeed()
    for start in stride(from: 0, to: bytes.count, by: 13) {
      bytes[start..<min(start + 13, bytes.count)].withUnsafeBytes {
        feed.append($0, at: UInt64(start))
      }
    }
    #expect(Told(polling: feed).steps.count == 9)
    #expect(feed.state == .closed)
  }

  @Test func goesOnWhereTheDiskIsFull() throws {
    let feed = TraceFeed()
    let output = FailingOutput(after: 3)
    write(0..<20, to: output, feed)
    let told = Told(polling: feed)
    #expect(told.steps.count == 20)
    #expect(told.gaps == [])
    #expect(try feed.items(in: told.locations[19]).count == 1)
  }

  @Test func dropsTheOldestWhereNobodyPolls() {
    let feed = TraceFeed(queueLimit: 100_000)
    write(0..<500, to: MemoryOutput(), feed)
    let told = Told(polling: feed)
    #expect(told.gaps.map(\.reason) == ["the reader was too slow for the writer"])
    #expect(told.steps.last?.index == 499 && told.steps.count < 400)
    #expect(told.runs == [SampleTrace.run])
    #expect(feed.state == .closed)
  }

  @Test func readsAForgottenChunkFromTheFile() throws {
    let file = TemporaryFile()
    let feed = TraceFeed(path: file.path, historyLimit: 1_000)
    let output = try FileOutput(path: file.path, overwriting: true)
    write(0..<50, to: output, feed)
    let told = Told(polling: feed)
    let items = try feed.items(in: told.locations[0])
    #expect(items == [.step(SampleTrace.step(0), in: told.locations[0])])
  }

  @Test func saysThatAForgottenChunkIsGone() throws {
    let feed = TraceFeed(historyLimit: 1_000)
    write(0..<50, to: MemoryOutput(), feed)
    let first = Told(polling: feed).locations[0]
    #expect(
      throws: TraceReadError.damaged(
        offset: first.offset, reason: "the chunk is no longer in memory")
    ) { try feed.items(in: first) }
  }

  @Test func canBePolledWhileItIsWritten() async {
    let feed = TraceFeed()
    let told = await withTaskGroup(of: [UInt64].self) { group in
      group.addTask {
        write(0..<300, to: MemoryOutput(), feed)
        return []
      }
      group.addTask {
        var steps: [UInt64] = []
        while feed.state == .growing || steps.isEmpty {
          for case .step(let step, _) in feed.poll(limit: 3) { steps.append(step.index) }
          await Task.yield()
        }
        for case .step(let step, _) in feed.poll(limit: 1_000) { steps.append(step.index) }
        return steps
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(told == Array(0..<300))
  }
}
