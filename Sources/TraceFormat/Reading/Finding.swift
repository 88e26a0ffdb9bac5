/// What the scanner found in the bytes that it was shown; ranges count from their first byte.
enum Finding: Equatable {
  /// A chunk's record and what stands between it and the next marker: its message indexes.
  case chunk(Range<Int>, indexes: Range<Int>, Condition)
  /// Records outside of any chunk, as other writers may leave them.
  case records(Range<Int>)
  case gap(TraceGap)

  /// What vouches for a chunk.
  enum Condition: Equatable {
    /// The checksum of a marker.
    case sound
    /// Only its own checksum: there is no marker.
    case unmarked
    /// The checksum of its marker does not match, and that is reported already; its own may.
    case damaged
  }
}

/// How far a look at the bytes has brought the scanner.
enum ScanResult: Equatable {
  /// It must see so many bytes, from its position on, to go on.
  case needs(Int)
  /// So many bytes are done with.
  case advanced(Int, [Finding])
}
