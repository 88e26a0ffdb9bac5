// Figures that README.md quotes, for anyone to measure: `make bench`, or
// `.build/release/gradtop-bench step recording allocations start`.

let benchmarks: [(name: String, run: () throws -> Void)] = [
  ("step", StepBenchmark.run), ("recording", RecordingBenchmark.run),
  ("allocations", AllocationBenchmark.run), ("start", StartBenchmark.run),
  ("frontier", FrontierBenchmark.run),
]
let wanted = CommandLine.arguments.dropFirst()
for name in wanted where !benchmarks.contains(where: { $0.name == name }) {
  print("no benchmark \"\(name)\"; there are \(benchmarks.map(\.name).joined(separator: ", "))")
}
for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) {
  try benchmark.run()
}
