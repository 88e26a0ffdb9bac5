// Figures that README.md quotes, for anyone to measure: `make bench`, or
// `.build/release/gradtop-bench [cpu] [step|memory|precision|recording|events|allocations|chains|start|
// scale|frontier|plans|trace|opening|exchange|dashboard|follow|judge]… [MODEL]…`, where `cpu` counts seconds
// of the processor rather than of the wall; the large trace of `opening` has GRADTOP_BENCH_MB megabytes,
// 512 without, in steps of GRADTOP_BENCH_OPS ops, 2,000 without, each GRADTOP_BENCH_MS ms, 10 without
// (from 100 on, each step is a chunk of its own), that of `dashboard` GRADTOP_BENCH_STEPS steps, 10,000 without, and is kept for the next
// time where GRADTOP_BENCH_TRACE names a file; `follow` watches for GRADTOP_BENCH_SECONDS seconds.
// Three more are run only when named, alone: `gradtop-bench fuzz [SECONDS [SEED]]`,
// `rules [MODELS [tuning]]` and `soak [RUNS]`.

let benchmarks: [(name: String, run: ([String]) throws -> Void)] = [
  ("step", StepBenchmark.run), ("memory", StepBenchmark.memory),
  ("precision", PrecisionBenchmark.run),
  ("recording", RecordingBenchmark.run), ("events", EventBenchmark.run),
  ("allocations", AllocationBenchmark.run),
  ("chains", ChainBenchmark.run),
  ("start", StartBenchmark.run), ("scale", ScaleBenchmark.run),
  ("frontier", { _ in try FrontierBenchmark.run() }),
  ("plans", PlanBenchmark.run),
  ("trace", { _ in try TraceBenchmark.run() }), ("opening", { _ in try OpeningBenchmark.run() }),
  ("exchange", { _ in try ExchangeBenchmark.run() }),
  ("dashboard", { _ in try DashboardBenchmark.run() }),
  ("follow", { _ in try FollowBenchmark.run() }),
  ("judge", { _ in JudgeBenchmark.run() }),
]
let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "fuzz": try Fuzz.run(Array(arguments.dropFirst()))
case "rules":
  let rest = arguments.dropFirst()
  try RulesBenchmark.run(
    models: rest.first.flatMap { Int($0) } ?? 5, isTuning: rest.contains("tuning"))
case "soak": try Soak.run(Array(arguments.dropFirst()))
default:
  let models = Subject.names.filter { arguments.contains($0) }
  let wanted = arguments.filter { !Subject.names.contains($0) && $0 != "cpu" }
  for name in wanted where !benchmarks.contains(where: { $0.name == name }) {
    print("no benchmark or model \"\(name)\"; there are")
    print((benchmarks.map(\.name) + Subject.names).joined(separator: ", "))
  }
  for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) {
    try benchmark.run(models.isEmpty ? Subject.names : models)
  }
}
