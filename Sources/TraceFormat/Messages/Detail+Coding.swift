extension Detail {
  /// Appends the message Detail, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, step)
    buffer.appendField(2, graph)
    buffer.appendField(3, node)
    buffer.appendField(4, UInt64(phase.rawValue))
    buffer.appendField(5, row)
    var part = ByteBuffer()
    func append(_ field: UInt32, _ tensors: [Tensor], into buffer: inout ByteBuffer) {
      for tensor in tensors {
        part.removeAll()
        tensor.encode(into: &part)
        buffer.appendField(field, delimited: part.bytes)
      }
    }
    append(6, inputs, into: &buffer)
    append(7, output.map { [$0] } ?? [], into: &buffer)
    append(8, upstream.map { [$0] } ?? [], into: &buffer)
    append(9, outgoing, into: &buffer)
  }

  /// Reads what `encode` wrote; a phase that is not known is taken for forward.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: step = try fields.uint64()
      case 2: graph = try fields.uint32()
      case 3: node = try fields.uint32()
      case 4: phase = Phase(rawValue: UInt8(clamping: try fields.uint64())) ?? .forward
      case 5: row = try fields.uint32()
      case 6: try inputs.append(from: &fields, Tensor.init(decoding:))
      case 7: output = try Tensor(decoding: try fields.message())
      case 8: upstream = try Tensor(decoding: try fields.message())
      case 9: try outgoing.append(from: &fields, Tensor.init(decoding:))
      default: try fields.skip()
      }
    }
  }
}

extension Detail.Tensor {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, name)
    buffer.appendPacked(2, shape)
    buffer.appendField(3, norm)
    buffer.appendField(4, nonFinite)
    buffer.appendPacked(5, values)
    buffer.appendField(6, isAdded)
  }

  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: name = try fields.string()
      case 2: try fields.append(to: &shape)
      case 3: norm = try fields.double()
      case 4: nonFinite = try fields.uint64()
      case 5: try fields.append(to: &values)
      case 6: isAdded = try fields.bool()
      default: try fields.skip()
      }
    }
  }
}
