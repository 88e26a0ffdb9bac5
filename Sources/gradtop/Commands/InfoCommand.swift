import Exchange
import Glibc
import TraceFormat

/// `gradtop info`: what is in a trace, and how whole it is.
struct InfoCommand {
  private let path: String
  private let isJSON: Bool
  private let listsRecords: Bool

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    isJSON = try arguments.choice("--format", of: ["text", "json"]) == "json"
    listsRecords = arguments.has("--records")
  }

  func run() throws(Failure) -> ExitStatus {
    try listsRecords ? list() : Self.report(path, isJSON: isJSON)
  }

  /// Prints the report on the trace at `path`.
  static func report(_ path: String, isJSON: Bool) throws(Failure) -> ExitStatus {
    let info: TraceInfo
    do { info = try TraceInfo(path: path) } catch { throw Failure(error) }
    let report = TraceReport(info)
    print(isJSON ? report.json : report.text, terminator: "")
    return info.ended && info.gaps.isEmpty ? .success : .incomplete
  }

  private func list() throws(Failure) -> ExitStatus {
    var isFirst = true
    let gaps: [TraceGap]
    do {
      gaps = try RecordListing.read(path: path) { record in
        print(isFirst ? "{\"records\": [\n" : ",\n", terminator: "")
        isFirst = false
        let fields = record.fields.map { "[\(quoted($0.name)), \(json($0.value))]" }
        print(
          "  {\"type\": \(quoted(record.type)), \"fields\": [\(fields.joined(separator: ", "))]}",
          terminator: "")
      }
    } catch {
      if !isFirst { print("\n]}") }
      throw Failure(error)
    }
    print(isFirst ? "{\"records\": []}" : "\n]}")
    for gap in gaps { printError("gradtop: \(path): \(describe(gap))") }
    return gaps.isEmpty ? .success : .incomplete
  }

  private func json(_ value: RecordDescription.Value) -> String {
    switch value {
    case .number(let number): "\"\(number)\""
    case .text(let text): quoted(text)
    case .bytes(let bytes): "[" + bytes.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\(quoted($0.name)): \(json($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// A gap as a clause.
func describe(_ gap: TraceGap) -> String {
  gap.bytes.isEmpty
    ? (gap.droppedEvents > 0 ? "\(gap.droppedEvents) steps dropped: " : "") + gap.reason
    : "bytes \(gap.bytes.lowerBound)..<\(gap.bytes.upperBound): \(gap.reason)"
}
