/// One kind of series over consecutive blocks of steps, for all its nodes or parameters.
///
/// A row for each block and id, the ids of a block side by side: row = block · ids + position of the id.
public struct Summary: Equatable, Sendable {
  /// `SeriesKind.rawValue`; an unknown value comes from a newer producer.
  public var kind: UInt32 = 0
  /// Steps in a block.
  public var stride: UInt32 = 0
  /// Of the first block: a multiple of `stride`.
  public var firstStep: UInt64 = 0
  /// Consecutive blocks.
  public var blocks: UInt32 = 0
  /// Nodes or parameters; a single 0 for what is of the step itself.
  public var id: [UInt32] = []
  /// Of the finite values; 0 where there are none.
  public var minimum: [Float] = []
  /// Of the finite values; 0 where there are none.
  public var mean: [Float] = []
  /// Of the finite values; 0 where there are none.
  public var maximum: [Float] = []
  /// Values, non-finite ones included.
  public var count: [UInt32] = []
  /// NaN and Inf values.
  public var nonFinite: [UInt32] = []

  /// No blocks.
  public init() {}
}

extension Summary {
  /// Appends the message Summary, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, kind)
    buffer.appendField(2, stride)
    buffer.appendField(3, firstStep)
    buffer.appendField(4, blocks)
    buffer.appendPacked(5, id)
    buffer.appendPacked(10, minimum)
    buffer.appendPacked(11, mean)
    buffer.appendPacked(12, maximum)
    buffer.appendPacked(13, count)
    buffer.appendPacked(14, nonFinite)
  }

  /// Reads what `encode` wrote; all columns have a row for each block and id.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: kind = try fields.uint32()
      case 2: stride = try fields.uint32()
      case 3: firstStep = try fields.uint64()
      case 4: blocks = try fields.uint32()
      case 5: try fields.append(to: &id)
      case 10: try fields.append(to: &minimum)
      case 11: try fields.append(to: &mean)
      case 12: try fields.append(to: &maximum)
      case 13: try fields.append(to: &count)
      case 14: try fields.append(to: &nonFinite)
      default: try fields.skip()
      }
    }
    let (rows, overflows) = Int(blocks).multipliedReportingOverflow(by: id.count)
    guard !overflows, minimum.count == rows, mean.count == rows, maximum.count == rows,
      count.count == rows, nonFinite.count == rows
    else { throw .columnLength(group: "summary") }
  }
}
