import Autodiff
import Exchange
import Foundation
import TraceFormat

/// How fast a trace goes out as tables, and how fast a PyTorch profile comes in.
enum ExchangeBenchmark {
  private static let steps = 5000
  private static let layers = 100

  static func run() throws {
    try tables()
    try profile()
  }

  /// Each table of a trace of 100 layers, written to nowhere.
  private static func tables() throws {
    let path = TemporaryFile.path("tables.mcap")
    defer { TemporaryFile.remove(path) }
    try writeTrace(to: path)
    print("a trace of \(steps) steps of \(2 * layers) ops, \(TemporaryFile.megabytes(of: path)) MB")
    for format in TableFormat.allCases {
      for table in [Table.events, .memory, .gradients, .activations] {
        var (megabytes, seconds) = (0.0, Double.infinity)
        // The fastest of three: others may use the processor, too.
        for _ in 0..<3 {
          let sink = CountingSink()
          let start = MonotonicClock.now()
          _ = try TableExport(table, format: format).write(try TraceFile(path: path), to: sink)
          seconds = min(seconds, Double(MonotonicClock.now() - start) / 1e9)
          megabytes = Double(sink.count) / 1e6
        }
        report(
          "\(table) as \(format)",
          "\(fixed(megabytes, 0)) MB, \(fixed(megabytes / seconds, 0)) MB/s")
      }
    }
    if let run = Command.run("gradtop", ["export", path, "--table", "events", "-o", "/dev/null"]) {
      report("gradtop export", "\(fixed(Double(run.peakBytes) / 1e6, 0)) MB of memory")
    }
  }

  private static func writeTrace(to path: String) throws {
    var graph = Graph()
    graph.id = 1
    var step = Step()
    for layer in 0..<layers {
      var node = Graph.Node()
      (node.id, node.name, node.layer) = (
        UInt32(layer), "blocks/\(layer)/linear", "blocks/\(layer)"
      )
      node.kind = "Linear"
      graph.nodes.append(node)
      var parameter = Graph.Parameter()
      (parameter.id, parameter.name) = (UInt32(layer), "blocks.\(layer).weight")
      parameter.layer = "blocks/\(layer)"
      graph.parameters.append(parameter)
    }
    let writer = TraceWriter(output: try FileOutput(path: path, overwriting: true), run: Run())
    writer.write(graph: graph, now: 0)
    var generator = SyntheticSteps(ops: 2 * layers)
    for index in 0..<UInt64(steps) {
      step = generator.step(index)
      step.addNorms(of: layers)
      writer.write(step: step, now: index * 1_000_000)
    }
    writer.close(now: 0)
  }

  /// A profile as `torch.profiler` writes it, without stacks.
  private static func profile() throws {
    let (json, trace) = (TemporaryFile.path("profile.json"), TemporaryFile.path("profile.mcap"))
    defer { for path in [json, trace] { TemporaryFile.remove(path) } }
    try writeProfile(to: json)
    let size = Double(TemporaryFile.bytes(of: json))
    print("a PyTorch profile with shapes, of \(TemporaryFile.megabytes(of: json)) MB")
    let runs = (0..<3).compactMap { _ in Command.run("gradtop", ["import", json, "-o", trace]) }
    guard let seconds = runs.map(\.seconds).min(), let bytes = runs.map(\.peakBytes).max() else {
      return print("  build the program first (make build)")
    }
    report(
      "gradtop import",
      "\(fixed(size / 1e6 / seconds, 0)) MB/s, memory \(fixed(Double(bytes) / size, 2)) × the file")
  }

  private static func writeProfile(to path: String) throws {
    try Data().write(to: URL(filePath: path))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    var text = #"{"schemaVersion": 1, "traceEvents": ["#
    var (id, time) = (1, 1000.0)
    for step in 0..<400 {
      let start = time
      for phase in 0..<2 {
        for layer in 0..<400 {
          let name =
            phase == 0 ? "aten::linear" : "autograd::engine::evaluate_function: AddmmBackward0"
          let sequence = phase == 0 ? layer : 399 - layer
          text += """
            {"ph": "X", "cat": "cpu_op", "name": "\(name)", "pid": 7, "tid": \(7 + phase),
            "ts": \(time), "dur": 12.5, "args": {"External id": \(id), "Record function id": 0,
            "Sequence number": \(step * 400 + sequence), "Fwd thread id": \(phase), "Ev Idx": \(id),
            "Input Dims": [[64, \(layer + 1)], [32, \(layer + 1)], [32]],
            "Input type": ["float", "float", "float"],
            "Input Strides": [[\(layer + 1), 1], [\(layer + 1), 1], [1]],
            "Concrete Inputs": ["", "", ""]}},

            """
          // What joins an op to its backward, as the profiler draws it.
          text += """
            {"ph": "\(phase == 0 ? "s" : "f")", "id": \(step * 400 + sequence), "pid": 7,
            "tid": \(7 + phase), "ts": \(time), "cat": "fwdbwd", "name": "fwdbwd", "bp": "e"},

            """
          id += 1
          time += 13.25
        }
      }
      text += """
        {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#\(step)", "pid": 7, "tid": 7,
        "ts": \(start), "dur": \(time - start), "args": {"External id": \(id), "Ev Idx": \(id)}},

        """
      id += 1
      try file.write(contentsOf: Data(text.utf8))
      text = ""
    }
    text =
      #"{"ph": "M", "name": "process_name", "pid": 7, "tid": 0, "ts": 0, "args": {"name": "x"}}]}"#
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}

extension Step {
  /// Norms as `--norms-every 1` records them.
  fileprivate mutating func addNorms(of layers: Int) {
    for layer in 0..<layers {
      let size = Float(layer + 1) / Float(index % 97 + 3)
      parameters.parameter.append(UInt32(layer))
      parameters.gradNorm.append(size)
      parameters.weightNorm.append(size * 31)
      parameters.updateNorm.append(size / 1009)
      activations.node.append(UInt32(layer))
      activations.gradRMS.append(size / 7)
      activations.mean.append(size / 11)
      activations.std.append(size / 13)
      activations.min.append(-size)
      activations.max.append(size)
      activations.zeroFraction.append(0.5)
    }
  }
}

/// Bytes that nobody wants, counted.
private final class CountingSink: ByteSink {
  private(set) var count = 0

  func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
    count += bytes.count
  }
}
