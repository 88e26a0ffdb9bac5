extension FindingRecord {
  /// Appends the message Finding, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, rule)
    buffer.appendField(2, severity)
    buffer.appendField(3, layer)
    buffer.appendField(4, parameter)
    buffer.appendField(5, firstStep)
    buffer.appendField(6, lastStep)
    buffer.appendField(7, present: value)
    buffer.appendField(8, present: limit)
    buffer.appendField(9, present: window)
    buffer.appendField(10, message)
    buffer.appendField(11, isOpen)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: rule = try fields.string()
      case 2: severity = try fields.string()
      case 3: layer = try fields.string()
      case 4: parameter = try fields.string()
      case 5: firstStep = try fields.uint64()
      case 6: lastStep = try fields.uint64()
      case 7: value = try fields.double()
      case 8: limit = try fields.double()
      case 9: window = try fields.uint64()
      case 10: message = try fields.string()
      case 11: isOpen = try fields.bool()
      default: try fields.skip()
      }
    }
  }
}
