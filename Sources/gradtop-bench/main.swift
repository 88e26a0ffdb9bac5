// Figures that README.md quotes, for anyone to measure: `make bench`, or
// `.build/release/gradtop-bench step recording allocations start trace opening judge`; the large
// trace of `opening` has GRADTOP_BENCH_MB megabytes, 512 without. Three more are run only when named,
// alone: `gradtop-bench rules [MODELS]`, `fuzz [SECONDS [SEED]]` and `soak [RUNS]`.

let benchmarks: [(name: String, run: () throws -> Void)] = [
  ("step", StepBenchmark.run), ("recording", RecordingBenchmark.run),
  ("allocations", AllocationBenchmark.run), ("start", StartBenchmark.run),
  ("trace", TraceBenchmark.run), ("opening", OpeningBenchmark.run),
  ("judge", JudgeBenchmark.run),
]
let wanted = CommandLine.arguments.dropFirst()
switch wanted.first {
case "fuzz": try Fuzz.run(Array(wanted.dropFirst()))
case "rules": try RulesBenchmark.run(models: wanted.dropFirst().first.flatMap { Int($0) } ?? 12)
case "soak": try Soak.run(Array(wanted.dropFirst()))
default:
  for name in wanted where !benchmarks.contains(where: { $0.name == name }) {
    print("no benchmark \"\(name)\"; there are \(benchmarks.map(\.name).joined(separator: ", "))")
  }
  for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) {
    try benchmark.run()
  }
}
