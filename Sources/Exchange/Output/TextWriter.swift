/// Bytes on their way to a sink, many at once.
final class TextWriter {
  private static let bufferSize = 64 << 10

  private let sink: any ByteSink
  private(set) var buffer: [UInt8] = []

  init(_ sink: any ByteSink) {
    self.sink = sink
    buffer.reserveCapacity(Self.bufferSize + 4096)
  }

  func write(_ text: StaticString) {
    buffer.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    buffer.append(contentsOf: bytes)
  }

  /// A JSON string, quoted.
  func write(quoted text: String) {
    JSONText.append(text, to: &buffer)
  }

  func write(_ number: UInt64) {
    DecimalText.append(number, to: &buffer)
  }

  /// A finite number; 0 for another, which JSON has no word for.
  func write(_ number: Double) {
    write(number.isFinite ? "\(number)" : "0")
  }

  /// Nanoseconds as microseconds with three decimals, exactly.
  func write(microseconds nanoseconds: UInt64) {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    DecimalText.append(whole, to: &buffer)
    buffer.append(UInt8(ascii: "."))
    for digit in [rest / 100, rest / 10 % 10, rest % 10] {
      buffer.append(UInt8(ascii: "0") + UInt8(digit))
    }
  }

  /// Hands on what was held back where it is much.
  func flushIfFull() throws(ExportError) {
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Hands on what was held back.
  func flush() throws(ExportError) {
    var failure: ExportError?
    buffer.withUnsafeBytes { bytes in
      do throws(ExportError) { try sink.write(bytes) } catch { failure = error }
    }
    buffer.removeAll(keepingCapacity: true)
    if let failure { throw failure }
  }
}
