extension Run {
  /// Appends the message Run, as `gradtop.proto` has it.
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendField(1, runID)
    buffer.appendField(2, name)
    buffer.appendField(3, modelText)
    buffer.appendField(4, seed)
    buffer.appendField(5, producer)
    buffer.appendField(6, version)
    buffer.appendField(7, host)
    buffer.appendField(8, device)
    buffer.appendField(9, rank)
    buffer.appendField(10, worldSize)
    buffer.appendField(11, wallClockOrigin)
    buffer.appendField(12, monotonicOrigin)
    buffer.appendField(13, isInstrumented)
    buffer.appendField(14, normsEvery)
    buffer.appendField(15, plannedSteps)
    buffer.appendField(16, threads)
    buffer.appendField(17, precision)
    buffer.appendField(18, lossKind)
    buffer.appendField(19, isClassifier)
    buffer.appendField(20, arenaBytes)
    buffer.appendField(21, activationSampling)
  }

  /// Reads what `encode` wrote; a field that is missing is 0, false or empty.
  init(decoding encoded: UnsafeRawBufferPointer) throws(ProtobufError) {
    self.init()
    // What proto3 takes for missing fields; ours are for new runs.
    (worldSize, isInstrumented, normsEvery, threads, precision) = (0, false, 0, 0, "")
    var fields = ProtobufReader(encoded)
    while try fields.next() {
      switch fields.field {
      case 1: runID = try fields.string()
      case 2: name = try fields.string()
      case 3: modelText = try fields.string()
      case 4: seed = try fields.uint64()
      case 5: producer = try fields.string()
      case 6: version = try fields.string()
      case 7: host = try fields.string()
      case 8: device = try fields.string()
      case 9: rank = try fields.uint32()
      case 10: worldSize = try fields.uint32()
      case 11: wallClockOrigin = try fields.uint64()
      case 12: monotonicOrigin = try fields.uint64()
      case 13: isInstrumented = try fields.bool()
      case 14: normsEvery = try fields.uint32()
      case 15: plannedSteps = try fields.uint64()
      case 16: threads = try fields.uint32()
      case 17: precision = try fields.string()
      case 18: lossKind = try fields.string()
      case 19: isClassifier = try fields.bool()
      case 20: arenaBytes = try fields.uint64()
      case 21: activationSampling = try fields.string()
      default: try fields.skip()
      }
    }
  }
}
