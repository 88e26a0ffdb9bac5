/// Reads a profile that `torch.profiler` wrote, event by event.
///
/// Source: Kineto's `output_json.cpp`, and what profiles of PyTorch 1.13 to 2.13 hold.
struct KinetoReader {
  private let window: InputWindow
  private var events = KinetoEvents()
  private var parser = KinetoEventParser()

  init(_ descriptor: Int32) throws(ImportError) {
    window = try InputWindow(descriptor)
  }

  /// All that is in the file; damaged events are counted and left out.
  mutating func read() throws(ImportError) -> KinetoEvents {
    if try readHeader() { try readEvents() }
    if window.isTruncated { events.profile.isTruncated = true }
    return events
  }

  // MARK: - Around the events

  /// Reads keys up to the events; false where there are none.
  private mutating func readHeader() throws(ImportError) -> Bool {
    // Chrome's format has a bare array, too.
    if try step(Self.takes("[")) == true { return true }
    guard try step(Self.takes("{")) == true else {
      throw .malformed(offset: window.offset, reason: "expected a JSON object")
    }
    while let more = try readKey() { if more { return true } }
    return false
  }

  /// Reads a key and its value; true before the array of events, nil at the end.
  private mutating func readKey() throws(ImportError) -> Bool? {
    var profile = events.profile
    let found = try step { (cursor) throws(JSONCursor.Stop) -> Key in
      try Self.key(&cursor, &profile)
    }
    events.profile = profile
    switch found {
    case .events: return true
    case .other: return false
    case .end: return nil
    case nil:
      events.profile.isTruncated = true
      return nil
    }
  }

  private enum Key {
    case events, other, end
  }

  private static func key(
    _ cursor: inout JSONCursor, _ profile: inout KinetoProfile
  ) throws(JSONCursor.Stop) -> Key {
    _ = try cursor.take(UInt8(ascii: ","))
    if try cursor.take(UInt8(ascii: "}")) { return .end }
    let key = try cursor.string()
    try cursor.expect(UInt8(ascii: ":"))
    if cursor.matches(key, "traceEvents") {
      try cursor.expect(UInt8(ascii: "["))
      return .events
    }
    if cursor.matches(key, "deviceProperties") {
      profile.device = try deviceName(&cursor)
    } else if cursor.matches(key, "baseTimeNanoseconds") {
      profile.base = cursor.integer(try cursor.scalar())
    } else if cursor.matches(key, "host_name") {
      profile.host = text(try cursor.scalar(), cursor)
    } else if cursor.matches(key, "trace_id") {
      profile.traceID = text(try cursor.scalar(), cursor)
    } else {
      try cursor.skip()
    }
    return .other
  }

  private static func takes(
    _ character: Unicode.Scalar
  ) -> (inout JSONCursor) throws(JSONCursor.Stop) -> Bool {
    { (cursor) throws(JSONCursor.Stop) in try cursor.take(UInt8(ascii: character)) }
  }

  /// The name of the first device.
  private static func deviceName(_ cursor: inout JSONCursor) throws(JSONCursor.Stop) -> String {
    var name = ""
    try cursor.expect(UInt8(ascii: "["))
    while try !cursor.take(UInt8(ascii: "]")) {
      _ = try cursor.take(UInt8(ascii: ","))
      try cursor.expect(UInt8(ascii: "{"))
      while try !cursor.take(UInt8(ascii: "}")) {
        _ = try cursor.take(UInt8(ascii: ","))
        let key = try cursor.string()
        try cursor.expect(UInt8(ascii: ":"))
        if name.isEmpty, cursor.matches(key, "name") {
          name = text(try cursor.scalar(), cursor)
        } else {
          try cursor.skip()
        }
      }
    }
    return name
  }

  private static func text(_ range: Range<Int>, _ cursor: JSONCursor) -> String {
    unescaped(Array(cursor.text(range))[...])
  }

  // MARK: - Events

  private mutating func readEvents() throws(ImportError) {
    while try readEvent() {}
    guard !events.profile.isTruncated else { return }
    // Some versions write the base time behind the events. Damage there costs no event.
    while let more = try? readKey(), !more {}
  }

  /// Reads an event; false at the end of the array.
  private mutating func readEvent() throws(ImportError) -> Bool {
    while true {
      guard var cursor = JSONCursor(window.bytes) else {
        guard !window.isAtEnd else { return endsEarly() }
        try window.fill()
        continue
      }
      do {
        _ = try cursor.take(UInt8(ascii: ","))
        if try cursor.take(UInt8(ascii: "]")) {
          window.consume(cursor.position)
          return false
        }
        try parser.parse(&cursor, into: &events)
        window.consume(cursor.position)
        return true
      } catch .incomplete {
        guard !window.isAtEnd else { return endsEarly() }
        guard window.bytes.count < InputWindow.maximumSize else {
          throw .malformed(
            offset: window.offset,
            reason: "an event of more than \(InputWindow.maximumSize >> 20) MiB")
        }
        try window.fill()
      } catch {
        events.profile.damaged += 1
        guard try skipToNextEvent() else { return endsEarly() }
      }
    }
  }

  private mutating func endsEarly() -> Bool {
    events.profile.isTruncated = true
    return false
  }

  /// Moves behind damage, to the next thing that looks like the beginning of an event.
  private func skipToNextEvent() throws(ImportError) -> Bool {
    // The damaged event itself must not be found again.
    let bracket = window.bytes.firstIndex(of: UInt8(ascii: "{")) ?? window.bytes.count - 1
    window.consume(min(bracket + 1, window.bytes.count))
    while true {
      let bytes = window.bytes
      var index = 0
      while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "{") else {
          index += 1
          continue
        }
        var next = index + 1
        while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
        guard next + 4 <= bytes.count else { break }
        if bytes[next..<next + 4].elementsEqual("\"ph\"".utf8) {
          window.consume(index)
          return true
        }
        index += 1
      }
      window.consume(index)
      guard !window.isAtEnd else { return false }
      try window.fill()
    }
  }

  /// Runs `body` on a window that is wide enough; nil where the file ends within what it reads.
  private mutating func step<Result>(
    _ body: (inout JSONCursor) throws(JSONCursor.Stop) -> Result
  ) throws(ImportError) -> Result? {
    while true {
      if var cursor = JSONCursor(window.bytes) {
        do {
          let result = try body(&cursor)
          window.consume(cursor.position)
          return result
        } catch .malformed {
          throw .malformed(
            offset: window.offset + UInt64(cursor.position), reason: "this is no JSON")
        } catch {}
      }
      guard !window.isAtEnd else { return nil }
      guard window.bytes.count < InputWindow.maximumSize else {
        throw .malformed(offset: window.offset, reason: "a value of more than 64 MiB")
      }
      try window.fill()
    }
  }
}
