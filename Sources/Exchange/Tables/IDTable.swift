/// Values by id, found by position: producers number nodes and parameters from 0 on.
///
/// Any id is good, as a trace may be damaged; large ones are only slower.
struct IDTable<Value> {
  private static var limit: UInt32 { 1 << 16 }

  private var low: [Value?] = []
  private var high: [UInt32: Value] = [:]

  @inline(__always)
  subscript(id: UInt32) -> Value? {
    get {
      if id < low.count { return low[Int(id)] }
      return id < Self.limit ? nil : high[id]
    }
    set {
      guard id < Self.limit else { return high[id] = newValue }
      while low.count <= id { low.append(nil) }
      low[Int(id)] = newValue
    }
  }

  mutating func removeAll() {
    low.removeAll(keepingCapacity: true)
    high.removeAll(keepingCapacity: true)
  }
}
