/// Text on its way out, as UTF-8 in memory that stays: tables append to it millions of times.
struct TextBuffer: ~Copyable {
  private var storage: UnsafeMutableBufferPointer<UInt8>
  /// How many bytes are in it.
  private(set) var count = 0

  init(capacity: Int = 256) {
    storage = .allocate(capacity: max(capacity, 16))
  }

  deinit {
    storage.deallocate()
  }

  /// The bytes, until the buffer changes.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: storage[..<count]))
  }

  /// A copy of the bytes.
  var array: [UInt8] { Array(bytes) }

  /// A copy as a string.
  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Empties it; the memory stays.
  mutating func removeAll() {
    count = 0
  }

  /// Appends `size` bytes that `fill` writes, all of them.
  @inline(__always)
  mutating func append(
    exactly size: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    if storage.count - count < size { grow(by: size) }
    fill(UnsafeMutableBufferPointer(rebasing: storage[count..<count + size]))
    count += size
  }

  @inline(never)
  private mutating func grow(by extra: Int) {
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(
      capacity: max(storage.count * 2, count + extra))
    _ = larger.update(fromContentsOf: storage[..<count])
    storage.deallocate()
    storage = larger
  }
}

// MARK: - Texts

extension TextBuffer {
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    append(exactly: 1) { $0[0] = byte }
  }

  @inline(__always)
  mutating func append(ascii character: Unicode.Scalar) {
    append(UInt8(ascii: character))
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    append(exactly: bytes.count) { _ = $0.update(fromContentsOf: bytes) }
  }

  @inline(__always)
  mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { append($0) }
  }

  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(utf8 text: consuming String) {
    text.withUTF8 { append($0) }
  }
}
