import Exchange
import Glibc

/// `gradtop export`: a trace as a table, a timeline or a drawing of the network.
struct ExportCommand {
  private let path: String
  private let export: any TraceExport
  private let output: String?

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.trace()
    export = try Self.export(arguments)
    output = arguments.text("--output")
  }

  private static func export(_ arguments: Arguments) throws(Failure) -> any TraceExport {
    let steps = try range(arguments)
    let formats = TableFormat.allCases.map(\.rawValue) + ["chrome", "perfetto", "dot"]
    let format = try arguments.choice("--format", of: formats)
    let tables = [Table.layers] + Table.allCases.filter { $0 != .layers }
    let table = try arguments.choice("--table", of: tables.map(\.rawValue))
    if let format = TableFormat(rawValue: format) {
      return TableExport(Table(rawValue: table) ?? .layers, format: format, steps: steps)
    }
    guard !arguments.has("--table") else {
      throw arguments.mistake(
        "--table", "\(format) holds no tables", hint: "tables are for --format csv or json")
    }
    switch format {
    case "chrome": return ChromeExport(steps: steps)
    case "perfetto": return PerfettoExport(steps: steps)
    default: return GraphvizExport(steps: steps)
    }
  }

  private static func range(_ arguments: Arguments) throws(Failure) -> ClosedRange<UInt64>? {
    guard let text = arguments.text("--steps") else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty,
      let first = parts[0].isEmpty ? 0 : UInt64(parts[0]),
      let last = parts[2].isEmpty ? .max : UInt64(parts[2]), first <= last
    else {
      throw arguments.mistake(
        "--steps", "expected A..B with A not above B, found \"\(text)\"", hint: "as in 100..199")
    }
    return first...last
  }

  func run() throws(Failure) -> ExitStatus {
    let source = export.source(try openTrace(path))
    let descriptor = try openOutput(output, reading: path)
    defer { if descriptor != STDOUT_FILENO { close(descriptor) } }
    let summary: ExportSummary
    do { summary = try export.write(source, to: DescriptorSink(descriptor)) } catch {
      guard case .system(_, let code) = error else { return .success }
      throw Failure(.inputOutput, output ?? "standard output", String(cString: strerror(code)))
    }
    if summary.steps == 0, let steps = export.steps {
      let last = steps.upperBound == .max ? "" : "\(steps.upperBound)"
      printNote("gradtop: \(path): no step of \(steps.lowerBound)..\(last) is in it")
    }
    let isWhole = tellDamage(of: path, summary.gaps, hasEnded: summary.ended)
    return isWhole ? .success : .incomplete
  }
}
