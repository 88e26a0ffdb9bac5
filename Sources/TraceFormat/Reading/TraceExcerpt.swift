/// Some steps of a closed trace, found by its index: nothing else of it is read, nor verified.
///
/// The run and all graphs come first.
public final class TraceExcerpt: TraceSource {
  /// Bytes read so far.
  public private(set) var bytesRead: UInt64 = 0
  /// Whether all that was wanted has been read.
  public var state: TraceState { names.isEmpty && chunks.isEmpty ? .closed : .growing }

  private let file: TraceFile
  private var names: [TraceItem]
  private var chunks: ArraySlice<TraceIndex.Chunk>

  /// The steps `steps` of `file`; nil where its index does not tell for sure where they are, so that
  /// only reading all of it does.
  public init?(_ file: TraceFile, steps: ClosedRange<UInt64>) {
    guard let index = file.index(), let place = index.chunks.last(where: \.hasNames),
      let named = try? file.items(in: place.location)
    else { return nil }
    var wanted: [TraceIndex.Chunk] = []
    var last: UInt64?
    for chunk in index.chunks where chunk.hasSteps {
      guard let span = chunk.steps, span.stride == 1, span.steps.upperBound < .max,
        last.map({ $0 + 1 == span.steps.lowerBound }) ?? true
      else { return nil }
      last = span.steps.upperBound
      if span.steps.overlaps(steps) { wanted.append(chunk) }
    }
    self.file = file
    names = named.filter { item in
      switch item {
      case .run, .graph: true
      default: false
      }
    }
    chunks = wanted[...]
  }

  /// The steps of the next chunks; a chunk that cannot be read, or holds other steps than the index
  /// says, is a gap.
  public func poll(limit: Int) -> [TraceItem] {
    var items = names
    names = []
    for chunk in chunks.prefix(limit) { items += steps(of: chunk) }
    chunks = chunks.dropFirst(limit)
    return items
  }

  private func steps(of chunk: TraceIndex.Chunk) -> [TraceItem] {
    let (location, expected) = (chunk.location, chunk.steps?.steps)
    bytesRead += location.length
    func gap(_ reason: String) -> [TraceItem] {
      [
        .gap(
          TraceGap(
            bytes: location.offset..<location.offset + location.length, reason: reason,
            steps: expected))
      ]
    }
    do throws(TraceReadError) {
      let items = try file.items(in: location).filter { item in
        if case .step = item { true } else { false }
      }
      guard case .step(let first, in: _)? = items.first, case .step(let last, in: _)? = items.last,
        first.index == expected?.lowerBound, last.index == expected?.upperBound
      else { return gap("the index tells of other steps") }
      return items
    } catch {
      return gap(error.clause)
    }
  }

  /// The facts of one chunk again.
  ///
  /// - Throws: `TraceReadError` where the chunk is gone or damaged.
  public func items(in location: ChunkLocation) throws(TraceReadError) -> [TraceItem] {
    try file.items(in: location)
  }
}
