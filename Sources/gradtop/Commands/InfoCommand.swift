import Exchange
import Glibc
import TraceFormat

/// `gradtop info`: what is in a trace, and how whole it is.
struct InfoCommand {
  private let path: String
  private let isJSON: Bool
  private let listsRecords: Bool
  /// Where the trace is to be written out whole.
  private let repaired: String?

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    isJSON = try arguments.choice("--format", of: ["text", "json"]) == "json"
    listsRecords = arguments.has("--records")
    repaired = arguments.has("--repair") ? arguments.text("--output") : nil
    guard arguments.has("--repair") == arguments.has("--output") else {
      throw Failure(
        .usage, "info --repair", "--repair and --output go together",
        hint: "gradtop info TRACE --repair -o FILE")
    }
  }

  func run() throws(Failure) -> ExitStatus {
    if let repaired { try repair(to: repaired) }
    return try listsRecords ? list() : Self.report(path, isJSON: isJSON)
  }

  private func repair(to target: String) throws(Failure) {
    try refuseOverwriting(path, with: target)
    do { _ = try TraceFile(path: path) } catch { throw Failure(error) }
    let output: FileOutput
    do { output = try FileOutput(path: target, overwriting: true) } catch {
      guard case .system(_, _, let code) = error else { return }
      throw Failure(.cannotCreate, target, String(cString: strerror(code)))
    }
    do {
      let (_, failure) = try TraceRepair.repair(path: path, to: output)
      guard case .system(_, _, let code)? = failure else { return }
      throw Failure(.inputOutput, target, String(cString: strerror(code)))
    } catch let error as TraceReadError {
      throw Failure(error)
    } catch let error as Failure {
      throw error
    } catch {}
  }

  /// Prints the report on the trace at `path`, or, as people know it, `name`.
  static func report(
    _ path: String, isJSON: Bool, called name: String? = nil
  ) throws(Failure) -> ExitStatus {
    let info: TraceInfo
    do { info = try TraceInfo(path: path) } catch { throw Failure(error) }
    let report = TraceReport(info)
    if !Notes.areQuiet { try printOutput(isJSON ? report.json : report.text) }
    let isWhole = tellDamage(of: name ?? path, info.gaps, hasEnded: info.ended)
    return isWhole ? .success : .incomplete
  }

  private func list() throws(Failure) -> ExitStatus {
    var (text, isFirst) = ("", true)
    var failure: Failure?
    func flush() {
      // Who reads from a pipe may leave; who cannot be written to is told of once.
      if failure == nil { do throws(Failure) { try printOutput(text) } catch { failure = error } }
      text.removeAll(keepingCapacity: true)
    }
    let gaps: [TraceGap]
    do {
      gaps = try RecordListing.read(path: path) { record in
        text += isFirst ? "{\"records\": [\n" : ",\n"
        isFirst = false
        let fields = record.fields.map { "[\(quoted($0.name)), \(json($0.value))]" }
        text +=
          "  {\"type\": \(quoted(record.type)), \"fields\": [\(fields.joined(separator: ", "))]}"
        if text.utf8.count > 1 << 16 { flush() }
      }
    } catch {
      if !isFirst { text += "\n]}\n" }
      flush()
      throw Failure(error)
    }
    text += isFirst ? "{\"records\": []}\n" : "\n]}\n"
    flush()
    if let failure { throw failure }
    for gap in gaps { printNote("gradtop: \(path): \(describe(gap))") }
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
