/// One value of a table or report.
enum Cell: Equatable, Sendable {
  /// Not measured.
  case empty
  case text(String)
  /// A text that many rows say.
  case name(EncodedName)
  case count(UInt64)
  case number(Double)
  /// Nanoseconds, printed as microseconds.
  case microseconds(UInt64)
  /// Printed with as many digits as a `Float` needs.
  case single(Float)
}

extension Cell {
  init(_ text: String?) {
    self = text.map { .text($0) } ?? .empty
  }

  init(_ count: UInt64?) {
    self = count.map { .count($0) } ?? .empty
  }

  init(_ count: Int) {
    self = .count(UInt64(max(0, count)))
  }

  init(_ count: UInt32?) {
    self = count.map { .count(UInt64($0)) } ?? .empty
  }

  init(_ number: Double?) {
    self = number.map { .number($0) } ?? .empty
  }

  init(_ number: Float?) {
    self = number.map { .single($0) } ?? .empty
  }

  /// Nanoseconds, printed as microseconds.
  init(microseconds nanoseconds: UInt64?) {
    self = nanoseconds.map { .microseconds($0) } ?? .empty
  }

  /// The value in `row` of a column that is empty where it was not measured.
  init(_ column: [Float], _ row: Int) {
    self.init(row < column.count ? column[row] : nil)
  }

  /// The value in `row` of a column that is empty where it was not measured.
  init(_ column: [UInt64], _ row: Int) {
    self.init(row < column.count ? column[row] : nil)
  }

  /// The value in `row` of a column that is empty where it was not measured.
  init(_ column: [UInt32], _ row: Int) {
    self.init(row < column.count ? column[row] : nil)
  }
}

extension Cell {
  /// As a table prints it: numbers so that they read back to the same bits, NaN and Inf as `nan`,
  /// `inf` and `-inf`.
  var description: String {
    if case .text(let text) = self { return text }
    if case .name(let name) = self { return name.text }
    var text = TextBuffer()
    text.append(csv: self)
    return text.string
  }
}
