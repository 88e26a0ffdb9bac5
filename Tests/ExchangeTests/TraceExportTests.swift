import Foundation
import Testing
import TraceFormat

@testable import Exchange

@Suite struct TraceExportTests {
  private func withTrace(_ body: (TraceFile) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "gradtop-\(UUID()).mcap")
    defer { try? FileManager.default.removeItem(at: url) }
    let writer = TraceWriter(
      output: try FileOutput(path: url.path, overwriting: true), run: SampleTrace.run)
    writer.write(graph: SampleTrace.graph, now: 0)
    var step = SampleTrace.second
    for index in 0..<8 as Range<UInt64> {
      step.index = index
      writer.write(step: step, now: 0)
      if index % 2 == 1 { writer.flush() }
    }
    writer.close(now: 0)
    try body(try TraceFile(path: url.path))
  }

  private func text(_ export: any TraceExport, of source: any TraceSource) throws -> String {
    let sink = MemorySink()
    let summary = try export.write(source, to: sink)
    #expect(summary.isWhole && summary.steps == 3)
    return sink.text
  }

  @Test func aFewStepsOfALongTraceAreFoundByItsIndex() throws {
    let exports: [any TraceExport] =
      Table.allCases.filter { $0 != .layers && $0 != .findings }.map {
        TableExport($0, steps: 2...4)
      }
      + [ChromeExport(steps: 2...4), PerfettoExport(steps: 2...4), GraphvizExport(steps: 2...4)]
    try withTrace { file in
      for export in exports {
        let excerpt = try #require(export.source(file, threshold: 0) as? TraceExcerpt)
        let whole = try TraceFile(path: file.path)
        #expect(try text(export, of: excerpt) == text(export, of: whole))
        #expect(excerpt.bytesRead < file.bytes / 2)
      }
    }
  }

  @Test func aGapTellsItsSteps() throws {
    try withTrace { file in
      let damaged = try #require(file.index()?.chunks.first { $0.steps?.steps == 4...5 }).location
      let handle = try FileHandle(forUpdating: URL(filePath: file.path))
      try handle.seek(toOffset: damaged.offset + damaged.length / 2)
      try handle.write(contentsOf: Data([1, 2, 3, 4]))
      try handle.close()
      for steps in [nil, 2...5 as ClosedRange<UInt64>] {
        let export = TableExport(.steps, steps: steps)
        let summary = try export.write(export.source(file, threshold: 0), to: MemorySink())
        #expect(summary.gaps.map(\.steps) == [4...5])
        #expect(!summary.isWhole)
      }
    }
  }

  @Test func findingsAreOfAllSteps() throws {
    try withTrace { file in
      for table in [Table.layers, .findings] {
        #expect(TableExport(table, steps: 2...4).source(file, threshold: 0) is TraceFile)
      }
    }
  }

  @Test func aShortTraceIsReadWhole() throws {
    try withTrace { file in
      #expect(TableExport(.steps, steps: 2...4).source(file) is TraceFile)
      #expect(TableExport(.steps).source(file, threshold: 0) is TraceFile)
    }
  }
}
