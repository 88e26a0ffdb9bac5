import Autodiff
import Glibc
import Training

/// How cost grows: with depth, and with the number of steps.
enum ScaleBenchmark {
  static func run(_ names: [String]) throws {
    print("deep networks of (Linear 16, Tanh), batch 8, one thread")
    for layers in [100, 1000, 10_000] {
      let start = MonotonicClock.now()
      var trainer = try deep(layers)
      let seconds = Double(MonotonicClock.now() - start) / 1e9
      var times = Samples()
      for step in 0..<12 {
        let start = MonotonicClock.now()
        _ = trainer.step(step)
        if step > 1 { times.values.append(Double(MonotonicClock.now() - start) / 1e3) }
      }
      report(
        "\(layers) layers",
        "compiled in \(fixed(seconds, 2)) s, \(fixed(times.median / Double(layers), 3)) µs a layer")
    }
    guard var subject = try Subject("tiny") else { return }
    _ = subject.time(10_000)
    let before = residentBytes()
    _ = subject.time(100_000)
    report("memory after 100000 more steps", "\(residentBytes() - before) bytes more")
  }

  private static func deep(_ layers: Int) throws -> Trainer {
    let text = """
      {"data": {"type": "teacher", "inputs": 16, "outputs": 16, "samples": 64},
       "model": [{"type": "Repeat", "times": \(layers / 2), "body": [
         {"type": "Linear", "out_features": 16}, {"type": "Tanh"}]}],
       "loss": {"type": "MSELoss"}, "optimizer": {"type": "SGD", "lr": 0.01},
       "training": {"steps": 10, "batch_size": 8}}
      """
    let model = try PreparedModel(ModelFile(Array(text.utf8), folder: "."), threads: 1)
    return Trainer(model, control: TrainingControl())
  }

  /// Pages of this process that are in memory.
  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var numbers = [CChar](repeating: 0, count: 128)
    guard fgets(&numbers, 128, file) != nil else { return 0 }
    let text = String(
      decoding: numbers.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
