/// Which steps a chunk has, or sums up.
public struct StepSpan: Equatable, Sendable {
  /// 1: the steps themselves; 16, 256, 4096, 65536: summaries of so many steps a block.
  public var stride: UInt64
  /// First and last of them.
  public var steps: ClosedRange<UInt64>
  /// First and last of them that have activation columns; nil where none has.
  public var activations: ClosedRange<UInt64>?

  init(stride: UInt64, steps: ClosedRange<UInt64>, activations: ClosedRange<UInt64>? = nil) {
    (self.stride, self.steps, self.activations) = (stride, steps, activations)
  }

  /// Notes a step more.
  mutating func add(_ step: UInt64, hasActivations: Bool) {
    steps = min(steps.lowerBound, step)...max(steps.upperBound, step)
    guard hasActivations else { return }
    let known = activations ?? step...step
    activations = min(known.lowerBound, step)...max(known.upperBound, step)
  }
}

/// The private record that says which chunk has which steps: five columns with a row for each
/// ChunkIndex, as a protobuf message.
///
/// Stride (0: no steps), first and last step, and, one higher, the first and last step that has
/// activation columns (0: none).
struct StepIndexRecord: ~Copyable {
  private var columns: [[UInt64]] = Array(repeating: [], count: 5)

  init() {}

  /// Notes the next chunk.
  mutating func add(_ span: StepSpan?) {
    let row: [UInt64]
    if let span {
      row = [
        span.stride, span.steps.lowerBound, span.steps.upperBound,
        span.activations.map { $0.lowerBound &+ 1 } ?? 0,
        span.activations.map { $0.upperBound &+ 1 } ?? 0,
      ]
    } else {
      row = [0, 0, 0, 0, 0]
    }
    for (column, value) in row.enumerated() { columns[column].append(value) }
  }

  /// Appends the record.
  func write(into buffer: inout ByteBuffer) {
    buffer.appendRecord(.stepIndex) { buffer in
      for (column, values) in columns.enumerated() {
        buffer.appendPacked(UInt32(column + 1), values)
      }
    }
  }

  /// What a record says; nil where it is malformed.
  static func spans(_ content: UnsafeRawBufferPointer) -> [StepSpan?]? {
    var columns: [[UInt64]] = Array(repeating: [], count: 5)
    var fields = ProtobufReader(content)
    do throws(ProtobufError) {
      while try fields.next() {
        if case 1...5 = fields.field {
          try fields.append(to: &columns[Int(fields.field) - 1])
        } else {
          try fields.skip()
        }
      }
    } catch {
      return nil
    }
    let count = columns[0].count
    guard columns.allSatisfy({ $0.count == count }) else { return nil }
    return (0..<count).map { row in
      let (first, last) = (columns[1][row], columns[2][row])
      guard columns[0][row] > 0, first <= last else { return nil }
      var span = StepSpan(stride: columns[0][row], steps: first...last)
      let (low, high) = (columns[3][row], columns[4][row])
      if low > 0, low <= high { span.activations = low - 1...high - 1 }
      return span
    }
  }
}
