/// One event of a profile at a time.
struct KinetoEventParser {
  /// The fields of the event that is being read.
  private struct Fields {
    var kind: UInt8 = 0
    var category = 0..<0
    var name = 0..<0
    var start: Int64 = 0
    var duration: Int64 = 0
    var process = 0..<0
    var thread = 0..<0
    var id: Int64 = 0
    var sequence: Int64 = -1
    var correlation: Int64 = 0
    var allocated: Int64 = -1
    var device: Int64 = 0
    /// Of what goes in.
    var shapes = 0..<0
    var types = 0..<0
  }

  /// The last slice that was kept, which the next flow event is bound to.
  private var last: Int?
  /// Of a name that is put together.
  private var text: [UInt8] = []

  /// Reads the event at the cursor, and keeps what matters of it.
  mutating func parse(
    _ cursor: inout JSONCursor, into events: inout KinetoEvents
  ) throws(JSONCursor.Stop) {
    var fields = Fields()
    try cursor.expect(UInt8(ascii: "{"))
    while try !cursor.take(UInt8(ascii: "}")) {
      _ = try cursor.take(UInt8(ascii: ","))
      let key = try cursor.string()
      try cursor.expect(UInt8(ascii: ":"))
      try Self.value(of: key, &cursor, &fields)
    }
    keep(fields, cursor, &events)
  }

  private static func value(
    of key: Range<Int>, _ cursor: inout JSONCursor, _ fields: inout Fields
  ) throws(JSONCursor.Stop) {
    if cursor.matches(key, "ph") {
      let text = try cursor.scalar()
      fields.kind = text.isEmpty ? 0 : cursor[text.lowerBound]
    } else if cursor.matches(key, "cat") {
      fields.category = try cursor.scalar()
    } else if cursor.matches(key, "name") {
      fields.name = try cursor.scalar()
    } else if cursor.matches(key, "ts") {
      fields.start = cursor.nanoseconds(try cursor.scalar())
    } else if cursor.matches(key, "dur") {
      fields.duration = cursor.nanoseconds(try cursor.scalar())
    } else if cursor.matches(key, "pid") {
      fields.process = try cursor.scalar()
    } else if cursor.matches(key, "tid") {
      fields.thread = try cursor.scalar()
    } else if cursor.matches(key, "id") {
      fields.id = cursor.integer(try cursor.scalar())
    } else if cursor.matches(key, "args"), try cursor.peek() == UInt8(ascii: "{") {
      try arguments(&cursor, &fields)
    } else {
      try cursor.skip()
    }
  }

  private static func arguments(
    _ cursor: inout JSONCursor, _ fields: inout Fields
  ) throws(JSONCursor.Stop) {
    try cursor.expect(UInt8(ascii: "{"))
    while try !cursor.take(UInt8(ascii: "}")) {
      _ = try cursor.take(UInt8(ascii: ","))
      let key = try cursor.string()
      try cursor.expect(UInt8(ascii: ":"))
      if cursor.matches(key, "Sequence number") {
        fields.sequence = cursor.integer(try cursor.scalar())
      } else if cursor.matches(key, "correlation") {
        fields.correlation = cursor.integer(try cursor.scalar())
      } else if cursor.matches(key, "Total Allocated") {
        fields.allocated = cursor.integer(try cursor.scalar())
      } else if cursor.matches(key, "Device Type") {
        fields.device = cursor.integer(try cursor.scalar())
      } else if cursor.matches(key, "Input Dims") {
        fields.shapes = try cursor.value()
      } else if cursor.matches(key, "Input type") {
        fields.types = try cursor.value()
      } else {
        try cursor.skip()
      }
    }
  }

  private mutating func keep(
    _ fields: Fields, _ cursor: JSONCursor, _ events: inout KinetoEvents
  ) {
    switch fields.kind {
    case UInt8(ascii: "X"):
      last = nil
      guard let category = Self.category(fields, cursor) else { return }
      last = events.slices.count
      events.slices.append(
        KinetoEvents.Slice(
          start: max(0, fields.start), duration: max(0, fields.duration),
          number: category.isOfDevice ? fields.correlation : fields.sequence,
          name: events.names.id(of: cursor.text(fields.name)),
          thread: id(of: fields.process, fields.thread, cursor, &events),
          operands: category == .op && !fields.shapes.isEmpty
            ? id(of: fields.shapes, fields.types, cursor, &events) : -1,
          category: category))
    case UInt8(ascii: "i") where cursor.matches(fields.name, "[memory]"):
      guard fields.allocated >= 0 else { return }
      events.allocations.append(
        KinetoEvents.Allocation(
          time: max(0, fields.start), total: UInt64(fields.allocated), device: fields.device))
    case UInt8(ascii: "s") where cursor.matches(fields.category, "fwdbwd"):
      bind(fields, cursor, &events) { $0.forward = $1 }
    case UInt8(ascii: "f") where cursor.matches(fields.category, "fwdbwd"):
      bind(fields, cursor, &events) { $0.backward = $1 }
    default: break
    }
  }

  /// Every flow event stands right behind the slice that it belongs to.
  private mutating func bind(
    _ fields: Fields, _ cursor: JSONCursor, _ events: inout KinetoEvents,
    _ set: (inout KinetoEvents.Flow, Int32) -> Void
  ) {
    guard let last, events.slices[last].start == max(0, fields.start) else { return }
    set(&events.flows[fields.id, default: KinetoEvents.Flow()], Int32(last))
  }

  /// The number of both texts together.
  private mutating func id(
    of first: Range<Int>, _ second: Range<Int>, _ cursor: JSONCursor, _ events: inout KinetoEvents
  ) -> Int32 {
    text.removeAll(keepingCapacity: true)
    text.append(contentsOf: cursor.text(first))
    text.append(UInt8(ascii: "/"))
    text.append(contentsOf: cursor.text(second))
    return text.withUnsafeBytes { events.names.id(of: $0) }
  }

  private static func category(
    _ fields: Fields, _ cursor: JSONCursor
  ) -> KinetoEvents.Category? {
    let category = fields.category
    if cursor.matches(category, "cpu_op") || cursor.matches(category, "Operator") { return .op }
    if cursor.matches(category, "user_annotation") { return .annotation }
    if cursor.matches(category, "python_function") {
      return cursor.text(fields.name).starts(with: "nn.Module: ".utf8) ? .module : nil
    }
    if cursor.matches(category, "kernel") || cursor.matches(category, "gpu_memcpy")
      || cursor.matches(category, "gpu_memset")
    {
      return .kernel
    }
    if cursor.matches(category, "cuda_runtime") || cursor.matches(category, "cuda_driver") {
      return fields.correlation != 0 ? .launch : nil
    }
    return nil
  }
}
