import TraceFormat

/// Sound traces to be broken.
struct FuzzCorpus {
  let traces: [[UInt8]]

  init() {
    var traces: [[UInt8]] = []
    for compression in ChunkCompression.allCases {
      for closes in [true, false] {
        for steps in [3, 40] as [UInt64] {
          traces.append(Self.trace(compression, steps: steps, closes: closes))
        }
      }
    }
    self.traces = traces
  }

  private static func trace(
    _ compression: ChunkCompression, steps: UInt64, closes: Bool
  ) -> [UInt8] {
    let output = MemoryOutput()
    var options = TraceWriter.Options()
    options.compression = compression
    var run = Run()
    (run.runID, run.name, run.version) = ("4f1d", "fuzz", "0.1")
    let writer = TraceWriter(output: output, run: run, options: options)
    var graph = Graph()
    graph.id = 1
    for id in 0..<3 as Range<UInt32> {
      var node = Graph.Node()
      (node.id, node.name, node.shape, node.inputs) = (id, "node\(id)", [2, 3], id > 0 ? [0] : [])
      graph.nodes.append(node)
    }
    writer.write(graph: graph, now: 0)
    var generator = SyntheticSteps(ops: 6)
    for index in 0..<steps {
      var step = generator.step(index)
      if index % 3 == 0 {
        step.activations.node = [0, 1]
        step.activations.gradRMS = [0.5, .nan]
        step.parameters.parameter = [0]
        step.parameters.gradNorm = [1]
        step.parameters.weightNorm = [2]
        step.parameters.updateNorm = [0.1]
      }
      writer.write(step: step, now: 0)
      if index % 4 == 3 { writer.flush() }
    }
    if closes { writer.close(now: 0) } else { writer.flush() }
    return output.bytes
  }
}

/// Damage drawn from a seed.
struct FuzzMutation {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func number(below limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }

  mutating func oneIn(_ count: Int) -> Bool { number(below: count) == 0 }

  /// Consecutive pieces of `count` bytes.
  mutating func pieces(of count: Int) -> [Range<Int>] {
    var (start, pieces) = (0, [Range<Int>]())
    while start < count {
      let end = min(count, start + 1 + number(below: oneIn(4) ? 40 : 4000))
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }

  /// A trace of `corpus` with one to eight kinds of damage.
  mutating func mutate(_ corpus: FuzzCorpus) -> [UInt8] {
    var bytes = corpus.traces[number(below: corpus.traces.count)]
    for _ in 0...number(below: 8) {
      guard !bytes.isEmpty else { break }
      damage(&bytes, corpus)
    }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8], _ corpus: FuzzCorpus) {
    let place = number(below: bytes.count)
    let end = min(bytes.count, place + 1 + number(below: oneIn(5) ? 4000 : 20))
    switch number(below: 11) {
    case 0: bytes[place] ^= 1 << UInt8(number(below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: number(below: bytes.count))
    case 4: for index in place..<end { bytes[index] = 0 }
    case 5: bytes.removeSubrange(place...)
    case 6: write(extreme(), at: place, &bytes)
    case 7: lie(&bytes)
    case 8, 9: breakInside(&bytes)
    default:
      let other = corpus.traces[number(below: corpus.traces.count)]
      bytes.insert(contentsOf: other.suffix(number(below: other.count)), at: place)
    }
  }

  private mutating func extreme() -> UInt64 {
    let extremes: [UInt64] = [
      0, 1, 8, 0xff, 0xffff, 1 << 20, 1 << 31, 0xffff_ffff, 1 << 40, 1 << 62, 1 << 63, .max,
    ]
    return extremes[number(below: extremes.count)] &- UInt64(number(below: 3))
  }

  private func write(_ number: UInt64, at place: Int, _ bytes: inout [UInt8]) {
    for offset in 0..<8 where place + offset < bytes.count {
      bytes[place + offset] = UInt8(truncatingIfNeeded: number >> UInt64(8 * offset))
    }
  }

  /// Puts an extreme where a record's length, or a number in it, stands.
  private mutating func lie(_ bytes: inout [UInt8]) {
    let records = heads(in: bytes)
    guard !records.isEmpty else { return }
    write(extreme(), at: records[number(below: records.count)] + 1 + 8 * number(below: 5), &bytes)
  }

  /// Breaks a chunk that is not compressed where its messages are, and takes its checksum away.
  private mutating func breakInside(_ bytes: inout [UInt8]) {
    let chunks = heads(in: bytes).filter { bytes[$0] == 6 && $0 + 60 < bytes.count }
    guard !chunks.isEmpty else { return }
    let chunk = chunks[number(below: chunks.count)]
    for index in chunk + 33..<chunk + 37 { bytes[index] = 0 }
    for _ in 0...number(below: 4) {
      let place = chunk + 49 + number(below: min(bytes.count - chunk - 49, oneIn(2) ? 400 : 40_000))
      if oneIn(3) {
        write(extreme(), at: place, &bytes)
      } else {
        bytes[place] = UInt8(truncatingIfNeeded: next())
      }
    }
  }

  /// Where records stand, as far as their lengths lead.
  private func heads(in bytes: [UInt8]) -> [Int] {
    var (index, heads) = (8, [Int]())
    while index + 9 <= bytes.count {
      heads.append(index)
      var length: UInt64 = 0
      for offset in 0..<8 { length |= UInt64(bytes[index + 1 + offset]) << UInt64(8 * offset) }
      guard length < UInt64(bytes.count - index - 8) else { break }
      index += 9 + Int(length)
    }
    return heads
  }
}
