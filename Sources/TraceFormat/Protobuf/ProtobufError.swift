/// Why bytes are not the protobuf message they should be.
package enum ProtobufError: Error, Equatable {
  /// The bytes end inside a field.
  case truncated
  /// A varint of more than ten bytes, or a length beyond any message.
  case overflow
  /// Field number 0, or a wire type that does not exist or is not that of the field.
  case malformed(field: UInt32)
  /// More rows or submessages than any message of ours has.
  case tooMany(field: UInt32)
  /// A column that is neither empty nor as long as the first of its group.
  case columnLength(group: String)

  /// As a clause.
  var reason: String {
    switch self {
    case .truncated: "the message ends inside a field"
    case .overflow: "a number in the message is too large"
    case .malformed(let field): "field \(field) of the message is malformed"
    case .tooMany(let field): "field \(field) of the message has too many elements"
    case .columnLength(let group): "the \(group) columns of the step differ in length"
    }
  }
}

/// How a field's value is stored.
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case delimited = 2
  case fixed32 = 5
}
