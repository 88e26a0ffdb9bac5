extension Graph {
  /// Appends the message Graph, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, id)
    var part = ByteBuffer()
    for node in nodes {
      part.removeAll()
      node.encode(into: &part)
      buffer.appendField(2, delimited: part.bytes)
    }
    for tensor in tensors {
      part.removeAll()
      tensor.encode(into: &part)
      buffer.appendField(3, delimited: part.bytes)
    }
    for parameter in parameters {
      part.removeAll()
      parameter.encode(into: &part)
      buffer.appendField(4, delimited: part.bytes)
    }
    for layer in layers {
      part.removeAll()
      layer.encode(into: &part)
      buffer.appendField(5, delimited: part.bytes)
    }
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: id = try fields.uint32()
      case 2:
        try nodes.append(from: &fields) { (bytes) throws(ProtobufError) in try Node(decoding: bytes)
        }
      case 3:
        try tensors.append(from: &fields) { (bytes) throws(ProtobufError) in
          try Tensor(decoding: bytes)
        }
      case 4:
        try parameters.append(from: &fields) { (bytes) throws(ProtobufError) in
          try Parameter(decoding: bytes)
        }
      case 5:
        try layers.append(from: &fields) { (bytes) throws(ProtobufError) in
          try Layer(decoding: bytes)
        }
      default: try fields.skip()
      }
    }
  }
}
