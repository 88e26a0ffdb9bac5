extension PlanRecord {
  /// Appends the message Plan, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, firstStep)
    buffer.appendField(2, present: budget)
    buffer.appendField(3, peak)
    buffer.appendField(4, storeAllPeak)
    buffer.appendField(5, present: predictedTime)
    var part = ByteBuffer()
    for layer in layers {
      part.removeAll()
      layer.encode(into: &part)
      buffer.appendField(6, delimited: part.bytes)
    }
    buffer.appendField(7, verifiedSteps)
    buffer.appendField(8, verifiedGradients)
    buffer.appendField(9, difference)
  }

  /// Reads what `encode` wrote; a field that is missing is 0 or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: firstStep = try fields.uint64()
      case 2: budget = try fields.uint64()
      case 3: peak = try fields.uint64()
      case 4: storeAllPeak = try fields.uint64()
      case 5: predictedTime = try fields.uint64()
      case 6: try layers.append(from: &fields, Layer.init(decoding:))
      case 7: verifiedSteps = try fields.uint64()
      case 8: verifiedGradients = try fields.uint64()
      case 9: difference = try fields.string()
      default: try fields.skip()
      }
    }
  }
}

extension PlanRecord.Layer {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, path)
    buffer.appendField(2, UInt64(choice.rawValue))
    buffer.appendField(3, freed)
    buffer.appendField(4, paid)
  }

  /// A choice that is not known is taken for kept.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: path = try fields.string()
      case 2:
        choice = PlanRecord.Choice(rawValue: UInt8(clamping: try fields.uint64())) ?? .kept
      case 3: freed = try fields.uint64()
      case 4: paid = try fields.uint64()
      default: try fields.skip()
      }
    }
  }
}
