public import TraceFormat
import TraceSession

/// A trace in Perfetto's own protobuf, for ui.perfetto.dev and trace_processor.
///
/// Tracks for steps, phases and ops below one process, forward and backward of a node tied by a flow,
/// and a counter track for each memory category (bytes), loss, accuracy, gradient norm and learning
/// rate. Names are interned; times are deltas of an incremental clock.
///
/// Source: Perfetto's `trace_packet.proto`, `track_event.proto` and what they include.
public struct PerfettoExport: TraceExport {
  /// The steps that it is about; nil: all.
  public var steps: ClosedRange<UInt64>?

  /// An export of `steps`.
  public init(steps: ClosedRange<UInt64>? = nil) {
    self.steps = steps
  }

  /// Writes the timeline of all that `source` has now.
  ///
  /// - Throws: `ExportError` where the sink takes no more.
  public func write(
    _ source: any TraceSource, to sink: any ByteSink
  ) throws(ExportError) -> ExportSummary {
    let packets = PerfettoPackets(sink)
    let timeline = PerfettoTimeline(packets)
    let summary = try walk(
      source,
      note: { item in if case .run(let run) = item { timeline.begin(run) } },
      add: { (step, graph) throws(ExportError) in
        timeline.add(step, graph)
        try packets.flushIfFull()
      })
    timeline.begin(Run())
    try packets.flush()
    return summary
  }
}
