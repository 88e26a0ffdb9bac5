/// The newest chunks, as stored, up to a number of bytes.
struct ChunkHistory {
  private var records: [UInt64: [UInt8]] = [:]
  private var order: [UInt64] = []
  private var first = 0
  private var count = 0

  /// Keeps a chunk, and forgets the oldest beyond `limit` bytes.
  mutating func add(_ record: UnsafeRawBufferPointer, at location: ChunkLocation, limit: Int) {
    guard records.updateValue(Array(record), forKey: location.offset) == nil else { return }
    order.append(location.offset)
    count += record.count
    while count > limit, first < order.count {
      count -= records.removeValue(forKey: order[first])?.count ?? 0
      first += 1
    }
    if first > 1024, first > order.count / 2 {
      order.removeFirst(first)
      first = 0
    }
  }

  /// The chunk at `location`, if it is still there.
  func record(at location: ChunkLocation) -> [UInt8]? {
    guard let record = records[location.offset], record.count == Int(location.length) else {
      return nil
    }
    return record
  }
}
