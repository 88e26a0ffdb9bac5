/// Nested arrays of numbers as one array with a shape.
struct NestedNumbers {
  private(set) var numbers: [Float] = []
  private(set) var shape: [Int] = []

  /// Reads `value`, which stands at `path`.
  init(_ value: JSONValue, path: String) throws(DataError) {
    var level = value
    while case .array(let items) = level {
      shape.append(items.count)
      guard let first = items.first else { break }
      level = first
    }
    try append(value, depth: 0, path: path)
  }

  private mutating func append(
    _ value: JSONValue, depth: Int, path: String
  ) throws(DataError) {
    guard depth < shape.count else {
      do { numbers.append(Float(try value.number(in: Double.finite, at: path))) } catch {
        throw DataError(error.path, error.what)
      }
      return
    }
    guard case .array(let items) = value else {
      throw DataError(path, "expected an array of \(shape[depth]), found \(value.summary)")
    }
    guard items.count == shape[depth] else {
      throw DataError(
        path, "\(items.count) elements, where the others have \(shape[depth])",
        hint: "nested arrays must not be ragged")
    }
    for (index, item) in items.enumerated() {
      try append(item, depth: depth + 1, path: "\(path)[\(index)]")
    }
  }
}

extension Dataset {
  /// Arrays that stand in the model file.
  init(
    inline inputs: JSONValue, targets: JSONValue?, wantsClasses: Bool
  ) throws(DataError) {
    let x = try NestedNumbers(inputs, path: "data.inputs")
    guard let count = x.shape.first, count > 0, !x.numbers.isEmpty else {
      throw DataError("data.inputs", "no samples")
    }
    let shape = Array(x.shape.dropFirst())
    guard let targets else {
      self.init(inputs: x.numbers, inputShape: shape, targets: .none, count: count)
      return
    }
    let y = try NestedNumbers(targets, path: "data.targets")
    guard y.shape.first == count else {
      throw DataError("data.targets", "\(y.shape.first ?? 1) targets for \(count) inputs")
    }
    self.init(
      inputs: x.numbers, inputShape: shape,
      targets: wantsClasses
        ? try Self.classes(y.numbers, shape: Array(y.shape.dropFirst()), path: "data.targets")
        : .values(y.numbers, shape: Array(y.shape.dropFirst())), count: count)
  }
}
