import Exchange
import Glibc
import TraceFormat

/// `gradtop import`: a profile of `torch.profiler` as a trace.
struct ImportCommand {
  private let path: String
  private let output: String

  init(_ arguments: Arguments) throws(Failure) {
    path = try arguments.file("a profile")
    guard let output = arguments.text("--output") else {
      throw arguments.mistake("--output", "expected where the trace goes", hint: "-o run.mcap")
    }
    self.output = output
  }

  func run() throws(Failure) -> ExitStatus {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        errno == ENOENT || errno == ENOTDIR ? .notFound : .inputOutput, path,
        String(cString: strerror(errno)), hint: Failure.hint(errno))
    }
    try refuseOverwriting(path, with: output)
    defer { if path != "-" { close(descriptor) } }
    let profile: KinetoImport
    do { profile = try KinetoImport(reading: descriptor) } catch { throw failure(error) }
    let destination: any TraceOutput
    if output == "-" {
      destination = FileOutput(descriptor: STDOUT_FILENO, named: "standard output")
    } else {
      do { destination = try FileOutput(path: output, overwriting: true) } catch {
        throw Failure(creating: output, error)
      }
    }
    let (summary, problem) = profile.write(name, to: destination)
    if case .system(_, _, let code)? = problem {
      throw Failure(.inputOutput, output, String(cString: strerror(code)))
    }
    return report(summary)
  }

  /// The file's name without folder and endings.
  private var name: String {
    let file = path.split(separator: "/").last ?? "profile"
    let stem = file.split(separator: ".").first ?? "profile"
    return path == "-" ? "profile" : String(stem)
  }

  private func report(_ summary: KinetoImport.Summary) -> ExitStatus {
    let lines = """
      trace: \(output)
      steps: \(summary.steps)
      ops: \(summary.ops)
      backward_linked: \(summary.linked) of \(summary.backward)

      """
    if !Notes.areQuiet { writeAll(lines, to: output == "-" ? STDERR_FILENO : STDOUT_FILENO) }
    if summary.damaged > 0 {
      printNote("gradtop: \(path): \(summary.damaged) events are no JSON and were left out")
    }
    if summary.isTruncated {
      printNote("gradtop: \(path): the file is cut off; what was whole was kept")
    }
    return summary.damaged > 0 || summary.isTruncated ? .incomplete : .success
  }

  private func failure(_ error: ImportError) -> Failure {
    switch error {
    case .system(_, let code): Failure(.inputOutput, path, String(cString: strerror(code)))
    case .malformed(let offset, let reason):
      Failure(
        .badInput, "\(path): byte \(offset)", reason,
        hint: "import reads what torch.profiler's export_chrome_trace wrote")
    case .empty(let reason):
      Failure(
        .badInput, path, reason,
        hint: "profile whole steps with activities=[ProfilerActivity.CPU]")
    }
  }
}
