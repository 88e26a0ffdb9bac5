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
    // Opening the target empties it.
    var (old, new) = (stat(), stat())
    guard stat(path, &old) == 0 else {
      throw Failure(.system(call: "stat", path: path, code: errno))
    }
    if stat(target, &new) == 0, old.st_ino == new.st_ino, old.st_dev == new.st_dev {
      throw Failure(
        .usage, target, "a trace cannot be repaired in place", hint: "name another file")
    }
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

  /// Prints the report on the trace at `path`.
  static func report(_ path: String, isJSON: Bool) throws(Failure) -> ExitStatus {
    let info: TraceInfo
    do { info = try TraceInfo(path: path) } catch { throw Failure(error) }
    let report = TraceReport(info)
    print(isJSON ? report.json : report.text, terminator: "")
    let isWhole = tellDamage(of: path, info.gaps, hasEnded: info.ended)
    return isWhole ? .success : .incomplete
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
