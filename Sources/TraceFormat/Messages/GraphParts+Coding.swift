extension Graph.Layer {
  /// Appends the message Layer, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, path)
    buffer.appendField(2, kind)
    buffer.appendField(3, isContainer)
    buffer.appendField(4, isLoss)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: path = try fields.string()
      case 2: kind = try fields.string()
      case 3: isContainer = try fields.bool()
      case 4: isLoss = try fields.bool()
      default: try fields.skip()
      }
    }
  }
}

extension Graph.Node {
  /// Appends the message Node, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, id)
    buffer.appendField(2, name)
    buffer.appendField(3, kind)
    buffer.appendField(4, layer)
    buffer.appendField(5, rule)
    buffer.appendField(6, backwardRule)
    buffer.appendPacked(7, inputs)
    buffer.appendPacked(8, shape)
    buffer.appendField(9, dtype)
    buffer.appendPacked(10, parameters)
    buffer.appendField(11, forwardFlops)
    buffer.appendField(12, backwardFlops)
    buffer.appendPacked(13, saved)
    buffer.appendField(14, forwardWorkspaceBytes)
    buffer.appendField(15, backwardWorkspaceBytes)
    buffer.appendField(16, isRandom)
    buffer.appendField(17, hasSideEffects)
    buffer.appendField(18, isInPlace)
    buffer.appendPacked(19, fusedWith)
    var part = ByteBuffer()
    for operand in operands {
      part.removeAll()
      operand.encode(into: &part)
      buffer.appendField(20, delimited: part.bytes)
    }
    buffer.appendField(21, isInChain)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    dtype = ""
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: id = try fields.uint32()
      case 2: name = try fields.string()
      case 3: kind = try fields.string()
      case 4: layer = try fields.string()
      case 5: rule = try fields.string()
      case 6: backwardRule = try fields.string()
      case 7: try fields.append(to: &inputs)
      case 8: try fields.append(to: &shape)
      case 9: dtype = try fields.string()
      case 10: try fields.append(to: &parameters)
      case 11: forwardFlops = try fields.uint64()
      case 12: backwardFlops = try fields.uint64()
      case 13: try fields.append(to: &saved)
      case 14: forwardWorkspaceBytes = try fields.uint64()
      case 15: backwardWorkspaceBytes = try fields.uint64()
      case 16: isRandom = try fields.bool()
      case 17: hasSideEffects = try fields.bool()
      case 18: isInPlace = try fields.bool()
      case 19: try fields.append(to: &fusedWith)
      case 20:
        try operands.append(from: &fields) { (bytes) throws(ProtobufError) in
          try Graph.Operand(decoding: bytes)
        }
      case 21: isInChain = try fields.bool()
      default: try fields.skip()
      }
    }
  }
}

extension Graph.Operand {
  /// Appends the message Operand, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendPacked(1, shape)
    buffer.appendField(2, dtype)
  }

  /// Reads what `encode` wrote; a field that is missing is empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: try fields.append(to: &shape)
      case 2: dtype = try fields.string()
      default: try fields.skip()
      }
    }
  }
}

extension Graph.Tensor {
  /// Appends the message Tensor, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, id)
    buffer.appendField(2, storage)
    buffer.appendField(3, bytes)
    buffer.appendField(4, producer)
    buffer.appendPacked(5, neededBy)
    buffer.appendField(6, isFromBatch)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: id = try fields.uint32()
      case 2: storage = try fields.uint32()
      case 3: bytes = try fields.uint64()
      case 4: producer = try fields.uint32()
      case 5: try fields.append(to: &neededBy)
      case 6: isFromBatch = try fields.bool()
      default: try fields.skip()
      }
    }
  }
}

extension Graph.Parameter {
  /// Appends the message Parameter, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, id)
    buffer.appendField(2, name)
    buffer.appendField(3, layer)
    buffer.appendPacked(4, shape)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: id = try fields.uint32()
      case 2: name = try fields.string()
      case 3: layer = try fields.string()
      case 4: try fields.append(to: &shape)
      default: try fields.skip()
      }
    }
  }
}
