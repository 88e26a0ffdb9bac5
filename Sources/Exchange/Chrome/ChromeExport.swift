public import TraceFormat
import TraceSession

/// A trace as Chrome's trace JSON, for `chrome://tracing`, Perfetto and the tools around them.
///
/// One process with a track each for steps, phases and ops; forward and backward of a node tied by
/// `fwdbwd` flows, as PyTorch's profiler does; counters for live bytes by category and for loss,
/// accuracy, gradient norm and learning rate. Times are microseconds with three decimals: exact.
///
/// Source: Chrome's "Trace Event Format".
public struct ChromeExport: TraceExport {
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
    let events = ChromeEvents(TextWriter(sink))
    let summary = try walk(
      source,
      note: { item in if case .run(let run) = item { events.name(run) } },
      add: { (step, graph) throws(ExportError) in
        events.add(step, graph)
        try events.text.flushIfFull()
      })
    events.finish()
    try events.text.flush()
    return summary
  }
}
