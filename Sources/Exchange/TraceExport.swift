public import TraceFormat
import TraceSession

/// A trace in another format, written as the trace is read.
public protocol TraceExport: Sendable {
  /// The steps that it is about; nil: all.
  var steps: ClosedRange<UInt64>? { get }
  /// Whether other steps matter, too, as for what a judge finds.
  var needsAllSteps: Bool { get }

  /// Writes what `source` has now.
  ///
  /// - Throws: `ExportError` where the sink takes no more.
  func write(_ source: any TraceSource, to sink: any ByteSink) throws(ExportError) -> ExportSummary
}

/// What became of an export.
public struct ExportSummary: Equatable, Sendable {
  /// Rows written, the header not counted; 0 where the format has none.
  public var rows: UInt64 = 0
  /// Steps in the range that the trace has.
  public var steps: UInt64 = 0
  /// Damage and dropped events of what was read.
  public var gaps: [TraceGap] = []
  /// Whether the trace was closed properly.
  public var ended = false

  /// Nothing yet.
  public init() {}

  /// Whether nothing was lost.
  public var isWhole: Bool { ended && gaps.isEmpty }
}

extension TraceExport {
  public var needsAllSteps: Bool { steps == nil }

  /// What of the trace in `file` this export reads: where a few steps of a long one are wanted, the
  /// chunks that hold them.
  public func source(
    _ file: TraceFile, threshold: UInt64 = TraceIndex.worthwhileBytes
  ) -> any TraceSource {
    guard let steps, !needsAllSteps, file.bytes >= threshold else { return file }
    return TraceExcerpt(file, steps: steps) ?? file
  }

  /// Hands all facts of `source` to `note`, and each step in the range to `add` before that.
  func walk(
    _ source: any TraceSource,
    note: (TraceItem) throws(ExportError) -> Void = { _ in },
    add: (Step, GraphIndex) throws(ExportError) -> Void
  ) throws(ExportError) -> ExportSummary {
    var summary = ExportSummary()
    var known = GapList()
    var graphs: [UInt32: GraphIndex] = [:]
    var bytes: UInt64?
    while bytes != source.bytesRead {
      bytes = source.bytesRead
      while case let items = source.poll(limit: 4), !items.isEmpty {
        for item in items {
          switch item {
          case .graph(let graph): graphs[graph.id] = GraphIndex(graph)
          case .gap(let gap): known.add(gap)
          case .step(let step, in: _):
            known.add(step: step.index)
            guard steps?.contains(step.index) ?? true else { continue }
            summary.steps += 1
            try add(step, graphs[step.graph] ?? GraphIndex())
          default: break
          }
          try note(item)
        }
      }
    }
    summary.gaps = known.gaps
    summary.ended = source.state == .closed
    return summary
  }
}
