import SeededNumbers

@testable import TraceFormat

/// A small run, as the engine would write it.
enum SampleTrace {
  static let origin: UInt64 = 1_700_000_000_000_000_000

  static let run: Run = {
    var run = Run()
    run.runID = "4f1d"
    run.name = "sample"
    run.modelText = "{}"
    run.seed = 7
    run.version = "0.1"
    run.wallClockOrigin = origin
    run.monotonicOrigin = 1_000
    return run
  }()

  static func graph(id: UInt32 = 1) -> Graph {
    var graph = Graph()
    graph.id = id
    for index in 0..<3 as Range<UInt32> {
      var node = Graph.Node()
      node.id = index
      node.name = "linear\(index)"
      node.inputs = index > 0 ? [index - 1] : []
      node.shape = [32, 64]
      graph.nodes.append(node)
    }
    return graph
  }

  /// A step of `opCount` ops whose times jitter, and nothing measured but ops.
  static func step(_ index: UInt64, opCount: Int = 6) -> Step {
    var generator = SeededGenerator(seed: index)
    var step = Step()
    step.index = index
    step.graph = 1
    step.start = index * 1_000_000
    step.duration = 900_000
    step.loss = 1 / Double(index + 1)
    step.learningRate = 0.1
    step.samples = 32
    for row in 0..<opCount {
      let isForward = row < opCount / 2
      let node = isForward ? row : opCount - 1 - row
      step.ops.node.append(UInt32(node))
      step.ops.phase.append(isForward ? Phase.forward.rawValue : Phase.backward.rawValue)
      let typical = UInt64(2_000 + 37 * (node * 13 % 101))
      step.ops.gap.append(UInt64.random(in: 40...90, using: &generator))
      step.ops.duration.append(
        typical + UInt64.random(in: 0...(typical / 8), using: &generator))
      step.ops.savedBytes.append(isForward ? 8_192 : 0)
      step.ops.freedBytes.append(isForward ? 0 : 8_192)
    }
    return step
  }

  /// The bytes of a closed trace, with a chunk for each `stepsPerChunk` of `steps`.
  static func bytes(
    steps: Range<UInt64>, stepsPerChunk: UInt64 = 2, compression: ChunkCompression = .zstd,
    closes: Bool = true
  ) -> [UInt8] {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.compression = compression
    let writer = TraceWriter(output: output, run: run, options: options)
    writer.write(graph: graph(), now: 1_000)
    for index in steps {
      writer.write(step: step(index), now: 1_000)
      if index % stepsPerChunk == stepsPerChunk - 1 { writer.flush() }
    }
    if closes { writer.close(now: 2_000) } else { writer.flush() }
    return output.bytes
  }
}

/// What a source tells, sorted.
struct Told: Equatable {
  var runs: [Run] = []
  var graphs: [Graph] = []
  var steps: [Step] = []
  var locations: [ChunkLocation] = []
  var findings: [FindingRecord] = []
  var plans: [PlanRecord] = []
  var gaps: [TraceGap] = []

  /// All that `source` has now.
  init(polling source: any TraceSource, limit: Int = 4) {
    while true {
      let items = source.poll(limit: limit)
      if items.isEmpty { return }
      add(items)
    }
  }

  mutating func add(_ items: [TraceItem]) {
    for item in items {
      switch item {
      case .run(let run): runs.append(run)
      case .graph(let graph): graphs.append(graph)
      case .step(let step, let location):
        steps.append(step)
        locations.append(location)
      case .detail: break
      case .finding(let finding): findings.append(finding)
      case .plan(let plan): plans.append(plan)
      case .gap(let gap): gaps.append(gap)
      }
    }
  }
}
