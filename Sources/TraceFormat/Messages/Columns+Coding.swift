/// Whether a column is not measured, or has a row for each of its key column.
private func isAligned<Element>(_ column: [Element], _ rows: Int) -> Bool {
  column.isEmpty || column.count == rows
}

extension OpColumns {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendPacked(20, node)
    buffer.appendPacked(21, phase)
    buffer.appendPacked(22, gap)
    buffer.appendPacked(23, duration)
    buffer.appendPacked(24, savedBytes)
    buffer.appendPacked(25, freedBytes)
    buffer.appendPacked(26, timeStep)
  }

  /// Reads the field that `fields` stands at.
  mutating func decode(_ fields: inout ProtobufReader) throws(ProtobufError) {
    switch fields.field {
    case 20: try fields.append(to: &node)
    case 21: try fields.append(to: &phase)
    case 22: try fields.append(to: &gap)
    case 23: try fields.append(to: &duration)
    case 24: try fields.append(to: &savedBytes)
    case 25: try fields.append(to: &freedBytes)
    case 26: try fields.append(to: &timeStep)
    default: try fields.skip()
    }
  }

  /// Whether each column is empty or as long as `node`.
  var areAligned: Bool {
    let rows = node.count
    return isAligned(phase, rows)
      && isAligned(gap, rows)
      && isAligned(duration, rows)
      && isAligned(savedBytes, rows)
      && isAligned(freedBytes, rows)
      && isAligned(timeStep, rows)
  }
}

extension ParameterColumns {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendPacked(30, parameter)
    buffer.appendPacked(31, hasGradient)
    buffer.appendPacked(32, gradNorm)
    buffer.appendPacked(33, weightNorm)
    buffer.appendPacked(34, updateNorm)
    buffer.appendPacked(35, nonFinite)
  }

  /// Reads the field that `fields` stands at.
  mutating func decode(_ fields: inout ProtobufReader) throws(ProtobufError) {
    switch fields.field {
    case 30: try fields.append(to: &parameter)
    case 31: try fields.append(to: &hasGradient)
    case 32: try fields.append(to: &gradNorm)
    case 33: try fields.append(to: &weightNorm)
    case 34: try fields.append(to: &updateNorm)
    case 35: try fields.append(to: &nonFinite)
    default: try fields.skip()
    }
  }

  /// Whether each column is empty or as long as `parameter`.
  var areAligned: Bool {
    let rows = parameter.count
    return isAligned(hasGradient, rows)
      && isAligned(gradNorm, rows)
      && isAligned(weightNorm, rows)
      && isAligned(updateNorm, rows)
      && isAligned(nonFinite, rows)
  }
}

extension ActivationColumns {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendPacked(40, node)
    buffer.appendPacked(41, timeStep)
    buffer.appendPacked(42, hasGradient)
    buffer.appendPacked(43, gradRMS)
    buffer.appendPacked(44, mean)
    buffer.appendPacked(45, std)
    buffer.appendPacked(46, min)
    buffer.appendPacked(47, max)
    buffer.appendPacked(48, nonFinite)
    buffer.appendPacked(49, zeroFraction)
    buffer.appendPacked(50, units)
    buffer.appendPacked(51, deadUnits)
    buffer.appendPacked(52, saturatedUnits)
  }

  /// Reads the field that `fields` stands at.
  mutating func decode(_ fields: inout ProtobufReader) throws(ProtobufError) {
    switch fields.field {
    case 40: try fields.append(to: &node)
    case 41: try fields.append(to: &timeStep)
    case 42: try fields.append(to: &hasGradient)
    case 43: try fields.append(to: &gradRMS)
    case 44: try fields.append(to: &mean)
    case 45: try fields.append(to: &std)
    case 46: try fields.append(to: &min)
    case 47: try fields.append(to: &max)
    case 48: try fields.append(to: &nonFinite)
    case 49: try fields.append(to: &zeroFraction)
    case 50: try fields.append(to: &units)
    case 51: try fields.append(to: &deadUnits)
    case 52: try fields.append(to: &saturatedUnits)
    default: try fields.skip()
    }
  }

  /// Whether each column is empty or as long as `node`.
  var areAligned: Bool {
    let rows = node.count
    return isAligned(timeStep, rows)
      && isAligned(hasGradient, rows)
      && isAligned(gradRMS, rows)
      && isAligned(mean, rows)
      && isAligned(std, rows)
      && isAligned(min, rows)
      && isAligned(max, rows)
      && isAligned(nonFinite, rows)
      && isAligned(zeroFraction, rows)
      && isAligned(units, rows)
      && isAligned(deadUnits, rows)
      && isAligned(saturatedUnits, rows)
  }
}

extension MemoryColumns {
  func encode(into buffer: inout ByteBuffer) {
    buffer.appendPacked(60, row)
    buffer.appendPacked(61, parameter)
    buffer.appendPacked(62, optimizerState)
    buffer.appendPacked(63, input)
    buffer.appendPacked(64, temporary)
    buffer.appendPacked(65, activation)
    buffer.appendPacked(66, gradient)
    buffer.appendPacked(67, total)
  }

  /// Reads the field that `fields` stands at.
  mutating func decode(_ fields: inout ProtobufReader) throws(ProtobufError) {
    switch fields.field {
    case 60: try fields.append(to: &row)
    case 61: try fields.append(to: &parameter)
    case 62: try fields.append(to: &optimizerState)
    case 63: try fields.append(to: &input)
    case 64: try fields.append(to: &temporary)
    case 65: try fields.append(to: &activation)
    case 66: try fields.append(to: &gradient)
    case 67: try fields.append(to: &total)
    default: try fields.skip()
    }
  }

  /// Whether each column is empty or as long as `row`.
  var areAligned: Bool {
    let rows = row.count
    return isAligned(parameter, rows)
      && isAligned(optimizerState, rows)
      && isAligned(input, rows)
      && isAligned(temporary, rows)
      && isAligned(activation, rows)
      && isAligned(gradient, rows)
      && isAligned(total, rows)
  }
}
