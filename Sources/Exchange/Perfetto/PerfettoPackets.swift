import TraceFormat

/// Trace packets of one sequence on their way to a sink.
///
/// Field numbers are those of Perfetto's protos. The first packet clears the sequence's state, sets
/// the defaults and starts the incremental clock; all others carry only what changes.
final class PerfettoPackets {
  /// What a track event does.
  enum Kind: UInt64 {
    case begin = 1
    case end, instant, counter
  }

  /// A per-sequence clock whose timestamps are deltas.
  private static let clock: UInt64 = 64
  private static let sequence: UInt64 = 1
  private static let needsState: UInt64 = 2
  private static let bufferSize = 256 << 10

  private let sink: any ByteSink
  private var output = ByteBuffer(capacity: bufferSize + 4096)
  private var packet = ByteBuffer()
  private var event = ByteBuffer()
  private var inner = ByteBuffer()
  private var innermost = ByteBuffer()
  private var names: [String: UInt64] = [:]
  private var categories: [String: UInt64] = [:]
  private var now: UInt64 = 0

  init(_ sink: any ByteSink) {
    self.sink = sink
  }

  /// The first packet: the clocks at `time`, in nanoseconds of the machine's monotonic clock.
  func start(at time: UInt64) {
    now = time
    packet.removeAll()
    inner.removeAll()
    addClock(6, time, isIncremental: false)
    addClock(Self.clock, time, isIncremental: true)
    inner.appendField(2, UInt64(6))
    packet.appendField(6, delimited: inner.bytes)
    packet.appendField(10, Self.sequence)
    packet.appendField(13, UInt64(1 | Self.needsState))
    inner.removeAll()
    inner.appendField(58, Self.clock)
    packet.appendField(59, delimited: inner.bytes)
    packet.appendField(87, true)
    emit()
  }

  private func addClock(_ id: UInt64, _ time: UInt64, isIncremental: Bool) {
    innermost.removeAll()
    innermost.appendField(1, id)
    innermost.appendField(2, present: time)
    innermost.appendField(3, isIncremental)
    inner.appendField(1, delimited: innermost.bytes)
  }

  /// Declares a track; `describe` adds the fields that only its kind has.
  func declare(
    track uuid: UInt64, _ name: String, parent: UInt64 = 0, rank: UInt64 = 0,
    counterUnit: UInt64? = nil, process: String? = nil
  ) {
    packet.removeAll()
    inner.removeAll()
    inner.appendField(1, uuid)
    inner.appendField(2, name)
    if let process {
      innermost.removeAll()
      innermost.appendField(1, UInt64(1))
      innermost.appendField(6, process)
      inner.appendField(3, delimited: innermost.bytes)
    }
    inner.appendField(5, parent)
    if let counterUnit {
      innermost.removeAll()
      innermost.appendField(3, counterUnit)
      inner.appendField(8, delimited: innermost.bytes)
    }
    // Children of the process stand in the order of their ranks.
    if process != nil { inner.appendField(11, UInt64(3)) }
    inner.appendField(12, rank)
    packet.appendField(10, Self.sequence)
    packet.appendField(60, delimited: inner.bytes)
    emit()
  }

  /// The beginning of a slice.
  func begin(_ name: String, _ category: String, track: UInt64, at time: UInt64, flow: UInt64?) {
    prepare(.begin, track)
    let isNewName = names[name] == nil
    let nameID = id(of: name, in: &names)
    let isNewCategory = categories[category] == nil
    let categoryID = id(of: category, in: &categories)
    event.appendField(3, categoryID)
    event.appendField(10, nameID)
    if let flow { event.appendField(47, fixed64: flow) }
    if isNewName || isNewCategory {
      inner.removeAll()
      if isNewCategory { intern(1, categoryID, category) }
      if isNewName { intern(2, nameID, name) }
      packet.appendField(12, delimited: inner.bytes)
    }
    finish(at: time)
  }

  /// The end of the slice that began last on `track`.
  func end(track: UInt64, at time: UInt64) {
    prepare(.end, track)
    finish(at: time)
  }

  /// A value of a counter track.
  func count(_ value: UInt64, track: UInt64, at time: UInt64) {
    prepare(.counter, track)
    event.appendField(30, present: value)
    finish(at: time)
  }

  /// A value of a counter track.
  func count(_ value: Double, track: UInt64, at time: UInt64) {
    prepare(.counter, track)
    event.appendField(44, present: value)
    finish(at: time)
  }

  private func prepare(_ kind: Kind, _ track: UInt64) {
    packet.removeAll()
    event.removeAll()
    event.appendField(9, kind.rawValue)
    event.appendField(11, track)
  }

  private func finish(at time: UInt64) {
    packet.appendField(8, present: time &- now)
    now = time
    packet.appendField(10, Self.sequence)
    packet.appendField(11, delimited: event.bytes)
    packet.appendField(13, Self.needsState)
    emit()
  }

  private func id(of text: String, in table: inout [String: UInt64]) -> UInt64 {
    if let id = table[text] { return id }
    let id = UInt64(table.count + 1)
    table[text] = id
    return id
  }

  private func intern(_ field: UInt32, _ id: UInt64, _ text: String) {
    innermost.removeAll()
    innermost.appendField(1, id)
    innermost.appendField(2, text)
    inner.appendField(field, delimited: innermost.bytes)
  }

  private func emit() {
    output.appendField(1, delimited: packet.bytes)
  }

  /// Hands on what was held back where it is much.
  func flushIfFull() throws(ExportError) {
    if output.count >= Self.bufferSize { try flush() }
  }

  /// Hands on what was held back.
  func flush() throws(ExportError) {
    try sink.write(output.bytes)
    output.removeAll()
  }
}
