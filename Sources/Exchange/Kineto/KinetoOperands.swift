import TraceFormat

/// What went into the ops of a profile, where that was taken with `record_shapes=True`.
///
/// The gradient that arrives at the function that reverses an op has the shape and the type of the
/// op's output, which a profile does not tell otherwise.
struct KinetoOperands: Sendable {
  /// The tensors of each argument, by number in the profile's names: none for a number, several for a
  /// list.
  private var arguments: [Int32: [[Graph.Operand]]] = [:]

  init(_ events: KinetoEvents, _ units: [KinetoUnits.Unit]) {
    for number in Set(units.map(\.operands)) where number >= 0 {
      arguments[number] = Self.arguments(events.names[number])
    }
  }

  /// All tensors that went in, in order.
  func all(_ number: Int32) -> [Graph.Operand] {
    arguments[number]?.flatMap { $0 } ?? []
  }

  /// The first argument, where it is a tensor.
  func first(_ number: Int32) -> Graph.Operand? {
    arguments[number]?.first?.first
  }
}

// MARK: - Reading

extension KinetoOperands {
  /// Sizes of a tensor, or of the tensors of a list.
  private enum Sizes {
    case number(UInt64)
    case list([Sizes])
  }

  /// The tensors of each argument: `text` is `Input Dims`, a slash, and `Input type`.
  static func arguments(_ text: String) -> [[Graph.Operand]] {
    Array(text.utf8).withUnsafeBytes { bytes in
      guard var cursor = JSONCursor(bytes), case .list(let shapes)? = try? sizes(&cursor, depth: 0)
      else { return [] }
      let types = (try? types(&cursor)) ?? []
      return shapes.enumerated().map { index, shape in
        tensors(shape, index < types.count ? types[index] : "")
      }
    }
  }

  /// Arguments, their dimensions or tensors, and the dimensions of those.
  private static let deepest = 3

  private static func sizes(
    _ cursor: inout JSONCursor, depth: Int
  ) throws(JSONCursor.Stop) -> Sizes {
    guard try cursor.take(UInt8(ascii: "[")) else {
      return .number(UInt64(clamping: cursor.integer(try cursor.scalar())))
    }
    guard depth < deepest else { throw .malformed }
    var items: [Sizes] = []
    while try !cursor.take(UInt8(ascii: "]")) {
      _ = try cursor.take(UInt8(ascii: ","))
      items.append(try sizes(&cursor, depth: depth + 1))
    }
    return .list(items)
  }

  private static func types(_ cursor: inout JSONCursor) throws(JSONCursor.Stop) -> [String] {
    var types: [String] = []
    try cursor.expect(UInt8(ascii: "/"))
    try cursor.expect(UInt8(ascii: "["))
    while try !cursor.take(UInt8(ascii: "]")) {
      _ = try cursor.take(UInt8(ascii: ","))
      types.append(String(decoding: cursor.text(try cursor.scalar()), as: UTF8.self))
    }
    return types
  }

  private static func tensors(_ sizes: Sizes, _ type: String) -> [Graph.Operand] {
    guard case .list(let items) = sizes else { return [] }
    let lists = items.filter { if case .list = $0 { true } else { false } }
    if !lists.isEmpty { return lists.flatMap { tensors($0, "") } }
    let shape = items.compactMap { if case .number(let size) = $0 { size } else { nil } }
    // Numbers and what is missing have no dimensions, as have tensors of a single number.
    guard !shape.isEmpty || names[type] != nil else { return [] }
    return [Graph.Operand(shape: shape, dtype: names[type] ?? type)]
  }

  /// What PyTorch calls the types that C++ has names for.
  private static let names = [
    "float": "float32", "double": "float64", "c10::Half": "float16", "c10::BFloat16": "bfloat16",
    "long int": "int64", "long": "int64", "int": "int32", "short int": "int16", "short": "int16",
    "signed char": "int8", "unsigned char": "uint8", "bool": "bool",
    "c10::complex<float>": "complex64", "c10::complex<double>": "complex128",
  ]
}
