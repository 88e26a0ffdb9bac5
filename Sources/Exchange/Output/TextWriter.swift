/// Text on its way to a sink, much at once.
final class TextWriter {
  private static let bufferSize = 64 << 10

  private let sink: any ByteSink
  private var buffer = TextBuffer(capacity: TextWriter.bufferSize + 4096)

  init(_ sink: any ByteSink) {
    self.sink = sink
  }

  func write(_ text: StaticString) {
    buffer.append(text)
  }

  func write(_ text: String) {
    buffer.append(utf8: text)
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(bytes)
  }

  /// A JSON string, quoted.
  func write(quoted text: String) {
    buffer.append(quoted: text)
  }

  func write(_ number: UInt64) {
    buffer.append(number)
  }

  /// A finite number; 0 for another, which JSON has no word for.
  func write(_ number: Double) {
    number.isFinite ? buffer.append(number) : buffer.append(ascii: "0")
  }

  /// Nanoseconds as microseconds with three decimals, exactly.
  func write(microseconds nanoseconds: UInt64) {
    buffer.append(exactMicroseconds: nanoseconds)
  }

  /// Hands on what was held back where it is much.
  func flushIfFull() throws(ExportError) {
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Hands on what was held back.
  func flush() throws(ExportError) {
    defer { buffer.removeAll() }
    try sink.write(buffer.bytes)
  }
}
