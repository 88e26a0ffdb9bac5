import Glibc

/// Bytes that are appended to, over and over, in memory that is kept.
package struct ByteBuffer: ~Copyable {
  private var storage: UnsafeMutableRawBufferPointer
  /// How many bytes are in it.
  package private(set) var count = 0

  package init(capacity: Int = 256) {
    storage = .allocate(byteCount: max(capacity, 16), alignment: 16)
  }

  deinit {
    storage.deallocate()
  }

  /// The bytes, until the buffer changes.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: storage[..<count])
  }

  /// Empties it; the memory stays.
  package mutating func removeAll() {
    count = 0
  }

  /// Drops everything behind the first `count` bytes.
  package mutating func truncate(to count: Int) {
    self.count = min(count, self.count)
  }

  /// Drops the first `dropped` bytes.
  package mutating func removeFirst(_ dropped: Int) {
    guard dropped > 0, let base = storage.baseAddress else { return }
    let kept = count - dropped
    if kept > 0 { memmove(base, base + dropped, kept) }
    count = max(kept, 0)
  }

  /// Makes room for `extra` more bytes.
  @inline(__always)
  package mutating func reserve(_ extra: Int) {
    if storage.count - count < extra { grow(by: extra) }
  }

  @inline(never)
  private mutating func grow(by extra: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(storage.count * 2, count + extra), alignment: 16)
    larger.copyMemory(from: bytes)
    storage.deallocate()
    storage = larger
  }

  /// Lets `body` fill up to `extra` bytes at the end; it returns how many it filled.
  @inline(__always)
  package mutating func append<Failure: Error>(
    upTo extra: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    reserve(extra)
    let filled = try body(.init(rebasing: storage[count..<count + extra]))
    precondition(filled >= 0 && filled <= extra)
    count += filled
  }

  package mutating func append(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  /// Appends a number, lowest byte first.
  package mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    reserve(MemoryLayout<Number>.size)
    storage.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
    count += MemoryLayout<Number>.size
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    reserve(bytes.count)
    UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + bytes.count])
      .copyMemory(from: bytes)
    count += bytes.count
  }

  package mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Writes over a number that was appended before.
  package mutating func replace<Number: FixedWidthInteger>(
    at offset: Int, littleEndian number: Number
  ) {
    precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count)
    storage.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
  }
}
