/// Rows of numbers in a text, separated by a delimiter.
struct NumberTable {
  private(set) var names: [String] = []
  private(set) var numbers: [Double] = []
  private(set) var columns = 0
  private(set) var rows = 0
  /// The line in the file of each row.
  private(set) var lines: [Int] = []
  /// By column: what its cells say where those are names rather than numbers, each once, sorted.
  ///
  /// Its numbers are places in that list.
  private(set) var classes: [Int: [String]] = [:]

  /// Names of the cells in columns that hold names: in order of their appearance, until all are read.
  private var found: [Int: [String: Int]] = [:]
  private let allowsNames: Bool

  /// Reads a table; the error says line, column and what is wrong.
  ///
  /// - Parameter allowsNames: Whether a column may hold names, of classes.
  init(
    _ bytes: [UInt8], delimiter: UInt8, hasHeader: Bool, allowsNames: Bool = false
  ) throws(Refusal) {
    self.allowsNames = allowsNames
    // A mark of the byte order says no more than that this is UTF-8.
    var (start, line) = (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0, 0)
    var awaitsHeader = hasHeader
    let end = bytes.count
    while start < end {
      let stop = bytes[start..<end].firstIndex(of: 0x0A) ?? end
      line += 1
      let isBlank = bytes[start..<stop].allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
      if awaitsHeader, !isBlank {
        names = try TableLine(bytes[start..<stop], delimiter: delimiter, number: line).cells
        awaitsHeader = false
      } else if !isBlank {
        let cells = try TableLine(bytes[start..<stop], delimiter: delimiter, number: line).cells
        try readRow(cells, line: line)
      }
      start = stop + 1
    }
    sortClasses()
  }

  /// Numbers the classes as their names are sorted, as sklearn's LabelEncoder does.
  private mutating func sortClasses() {
    for (column, names) in found {
      let sorted = names.keys.sorted()
      var places = Array(repeating: 0.0, count: sorted.count)
      for (place, name) in sorted.enumerated() { places[names[name] ?? 0] = Double(place) }
      for row in 0..<rows {
        let index = row * columns + column
        numbers[index] = places[Int(numbers[index])]
      }
      classes[column] = sorted
    }
  }

  /// The number of a class by its name; nil where the column holds numbers.
  private mutating func number(ofClass name: String, column: Int) -> Double? {
    guard allowsNames, !name.isEmpty, rows == 0 || found[column] != nil else { return nil }
    let next = found[column]?.count ?? 0
    if let known = found[column, default: [:]][name] { return Double(known) }
    found[column, default: [:]][name] = next
    return Double(next)
  }

  /// A place in a table that cannot be read.
  struct Refusal: Error {
    let reason: String
    /// What helps.
    var hint = ""
  }

  private mutating func readRow(_ cells: [String], line: Int) throws(Refusal) {
    for (column, text) in cells.enumerated() {
      let isNamed = found[column] != nil
      guard
        let number = isNamed
          ? number(ofClass: text, column: column)
          : Double(text) ?? number(ofClass: text, column: column)
      else {
        throw Refusal(
          reason: "line \(line), column \(column + 1): expected a number, found \"\(text)\"",
          hint: names.isEmpty && rows == 0
            ? "a line of names needs \"header\": true"
            : "inputs are numbers, as 1.5; only classes may have names")
      }
      guard number.isFinite else {
        throw Refusal(reason: "line \(line), column \(column + 1): \(text) is not finite")
      }
      guard Float(number).isFinite else {
        throw Refusal(
          reason: "line \(line), column \(column + 1): \(text) is too large",
          hint: "numbers are float32: \(Float.greatestFiniteMagnitude) at most")
      }
      numbers.append(number)
    }
    if columns == 0 { columns = cells.count }
    guard cells.count == columns else {
      throw Refusal(
        reason: "line \(line): \(cells.count) columns, where the lines before have \(columns)")
    }
    rows += 1
    lines.append(line)
  }
}
