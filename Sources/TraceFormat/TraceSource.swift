/// Where a chunk stands in a trace, in bytes.
public struct ChunkLocation: Hashable, Sendable {
  /// Of the first byte of the chunk's record.
  public var offset: UInt64
  /// Of the whole record.
  public var length: UInt64

  /// A chunk of `length` bytes at `offset`.
  public init(offset: UInt64, length: UInt64) {
    self.offset = offset
    self.length = length
  }
}

/// Bytes of a trace that could not be read, or events that were never written.
public struct TraceGap: Equatable, Sendable {
  /// The damaged bytes; empty where the producer dropped events.
  public var bytes: Range<UInt64>
  /// Events that the producer had to drop here.
  public var droppedEvents: UInt64
  /// What is wrong, as a clause: `checksum of the chunk does not match`.
  public var reason: String
  /// Steps that are missing here, as far as those around it tell; nil: none, or nobody knows.
  public var steps: ClosedRange<UInt64>?

  /// A gap at `bytes`.
  public init(
    bytes: Range<UInt64>, droppedEvents: UInt64 = 0, reason: String,
    steps: ClosedRange<UInt64>? = nil
  ) {
    self.bytes = bytes
    self.droppedEvents = droppedEvents
    self.reason = reason
    self.steps = steps
  }
}

/// One fact of a trace, in file order.
public enum TraceItem: Equatable, Sendable {
  case run(Run)
  case graph(Graph)
  /// A step, and the chunk that holds it; behind one reference, as it has dozens of columns.
  indirect case step(Step, in: ChunkLocation)
  /// An op that was looked at while the step ran.
  case detail(Detail)
  /// A finding of the producer's, as it opens, changes or closes.
  case finding(FindingRecord)
  /// A plan that comes into force, or was verified.
  case plan(PlanRecord)
  case gap(TraceGap)
}

/// How far a trace has come.
public enum TraceState: Equatable, Sendable {
  /// No footer yet: still being written, or cut off.
  case growing
  /// Closed properly: summary and footer are there.
  case closed
}

/// A trace being read: a file, a growing file, or the run in this process.
public protocol TraceSource: AnyObject {
  /// What has come since the last call, at most about `limit` chunks of it; empty where nothing new
  /// is there. Never blocks, never traps: damage comes as `.gap`.
  func poll(limit: Int) -> [TraceItem]

  /// Whether the end has been seen.
  var state: TraceState { get }

  /// Bytes read so far.
  var bytesRead: UInt64 { get }

  /// The facts of one chunk again.
  ///
  /// - Throws: `TraceReadError` where the chunk is gone or damaged.
  func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem]
}
