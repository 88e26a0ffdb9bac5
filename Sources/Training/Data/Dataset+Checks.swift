extension Dataset {
  /// Refuses NaN and Inf, which would make every number of the run one.
  static func checkFinite(
    _ numbers: [Float], width: Int, path: String, file: String = ""
  ) throws(DataError) {
    guard let bad = numbers.firstIndex(where: { !$0.isFinite }) else { return }
    throw DataError(
      path, file: file,
      "sample \(bad / max(1, width)), element \(bad % max(1, width)) is \(numbers[bad])",
      hint: "data must be finite: drop or fill such samples")
  }

  /// Numbers as classes: whole numbers of at least 0, `shape` for each sample.
  static func classes(
    _ numbers: [Float], shape: [Int], path: String, file: String = ""
  ) throws(DataError) -> Targets {
    let width = max(1, shape.reduce(1, *))
    var (classes, highest): ([Int32], Int32) = ([], 0)
    classes.reserveCapacity(numbers.count)
    for (sample, number) in numbers.enumerated() {
      guard let label = Int32(exactly: number), label >= 0 else {
        throw DataError(
          path, file: file,
          "the target of sample \(sample / width) is \(number), which is no class",
          hint: "classes are whole numbers from 0; use MSELoss for targets that are numbers")
      }
      classes.append(label)
      highest = max(highest, label)
    }
    // A column of single classes is a list of them.
    return .classes(classes, shape: shape == [1] ? [] : shape, count: Int(highest) + 1)
  }

  /// A table of which one column is the target.
  init(
    table: NumberTable, target: Int, scale: Double, wantsClasses: Bool, path: String,
    file: String = ""
  ) throws(DataError) {
    guard table.rows > 0 else { throw DataError(path, file: file, "no samples") }
    guard table.columns > 1 else {
      throw DataError(path, file: file, "one column only: nothing is left beside the target")
    }
    if let column = table.classes.keys.sorted().first(where: { $0 != target }) {
      throw DataError(
        path, file: file,
        "column \(column + 1) holds names, as \"\(table.classes[column]?.first ?? "")\"",
        hint: table.lines.first == 1 && table.classes.count == table.columns
          ? "a line of names needs \"header\": true"
          : "inputs are numbers; only the target's classes may have names")
    }
    var (inputs, targets): ([Float], [Float]) = ([], [])
    inputs.reserveCapacity(table.rows * (table.columns - 1))
    for row in 0..<table.rows {
      let line = table.numbers[row * table.columns..<(row + 1) * table.columns]
      for (column, number) in line.enumerated() {
        if column == target {
          targets.append(Float(number))
        } else {
          let input = Float(number * scale)
          guard input.isFinite else {
            throw DataError(
              "data.scale", file: file,
              "line \(table.lines[row]), column \(column + 1): \(number) times \(scale) is too large",
              hint: "numbers are float32: \(Float.greatestFiniteMagnitude) at most")
          }
          inputs.append(input)
        }
      }
    }
    self.init(
      inputs: inputs, inputShape: [table.columns - 1],
      targets: wantsClasses
        ? try Self.classes(targets, shape: [], path: path, file: file)
        : .values(targets, shape: [1]), count: table.rows)
  }
}
