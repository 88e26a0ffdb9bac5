extension Step {
  /// Appends the message Step, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, index)
    buffer.appendField(2, graph)
    buffer.appendField(3, start)
    buffer.appendField(4, duration)
    buffer.appendField(5, present: loss)
    buffer.appendField(6, present: accuracy)
    buffer.appendField(7, present: learningRate)
    buffer.appendField(8, samples)
    buffer.appendField(9, present: gradNorm)
    buffer.appendField(10, present: clipFactor)
    buffer.appendPacked(11, phaseTimes)
    ops.encode(into: &buffer)
    parameters.encode(into: &buffer)
    activations.encode(into: &buffer)
    memory.encode(into: &buffer)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: index = try fields.uint64()
      case 2: graph = try fields.uint32()
      case 3: start = try fields.uint64()
      case 4: duration = try fields.uint64()
      case 5: loss = try fields.double()
      case 6: accuracy = try fields.double()
      case 7: learningRate = try fields.double()
      case 8: samples = try fields.uint32()
      case 9: gradNorm = try fields.double()
      case 10: clipFactor = try fields.double()
      case 11: try fields.append(to: &phaseTimes)
      case 20...26: try ops.decode(&fields)
      case 30...35: try parameters.decode(&fields)
      case 40...52: try activations.decode(&fields)
      case 60...67: try memory.decode(&fields)
      default: try fields.skip()
      }
    }
    try checkColumns()
  }
}

extension Step {
  private func checkColumns() throws(ProtobufError) {
    guard ops.areAligned else { throw .columnLength(group: "op") }
    guard parameters.areAligned else { throw .columnLength(group: "parameter") }
    guard activations.areAligned else { throw .columnLength(group: "activation") }
    guard memory.areAligned else { throw .columnLength(group: "memory") }
  }
}
