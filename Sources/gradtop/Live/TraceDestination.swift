import Glibc
import TraceFormat

/// Where a run's trace goes.
struct TraceDestination {
  let path: String
  let output: any TraceOutput

  var isStandardOutput: Bool { path == "-" }

  /// Creates the file: a named one is overwritten, one that gradtop names never is.
  init(_ options: RunOptions, name: String) throws(Failure) {
    if options.trace == "-" {
      path = "-"
      output = FileOutput(descriptor: dup(STDOUT_FILENO), named: "standard output")
      return
    }
    if let trace = options.trace {
      path = trace
      do { output = try FileOutput(path: trace, overwriting: true) } catch {
        throw Failure(creating: trace, error)
      }
      return
    }
    let stem = "\(Self.safe(name))-\(Self.timestamp())"
    var (candidate, number) = ("\(stem).mcap", 1)
    while true {
      do {
        output = try FileOutput(path: candidate, overwriting: false)
        path = candidate
        return
      } catch {
        guard case .system(_, _, EEXIST) = error, number < 1000 else {
          throw Failure(creating: candidate, error)
        }
        number += 1
        candidate = "\(stem)-\(number).mcap"
      }
    }
  }

  private static func timestamp() -> String {
    var (now, parts) = (time(nil), tm())
    localtime_r(&now, &parts)
    var text = Array(repeating: CChar(0), count: 32)
    let count = strftime(&text, text.count, "%Y%m%d-%H%M%S", &parts)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A name that is one path component.
  private static func safe(_ name: String) -> String {
    let safe = name.map { $0 == "/" || $0 == "\0" || $0.isWhitespace ? "-" : $0 }
    return safe.isEmpty || safe.first == "." || safe.first == "-"
      ? "run" + String(safe) : String(safe)
  }
}

extension Failure {
  init(creating path: String, _ error: TraceWriteError) {
    guard case .system(_, _, let code) = error else {
      self.init(.cannotCreate, path, "cannot be created")
      return
    }
    self.init(
      .cannotCreate, path, String(cString: strerror(code)),
      hint: "choose another place with --trace FILE")
  }
}
