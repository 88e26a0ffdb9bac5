import Testing
import TraceFormat

@testable import Exchange

/// What a reader of the packets is left with: slices and counters on named tracks.
private struct PerfettoReading {
  struct Slice: Equatable {
    var track: String
    var name: String
    var category: String
    var start: UInt64
    var duration: UInt64
    var flows: [UInt64]
  }

  private(set) var slices: [Slice] = []
  private(set) var counters: [String: [Double]] = [:]
  private(set) var parents: [String: UInt64] = [:]

  private var tracks: [UInt64: String] = [:]
  private var names: [UInt64: String] = [:]
  private var categories: [UInt64: String] = [:]
  private var open: [UInt64: [Int]] = [:]
  private var clock: UInt64 = 0

  init(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
      var file = ProtobufReader(bytes)
      while try file.next() {
        try #require(file.field == 1)
        try read(packet: ProtobufReader(try file.message()))
      }
    }
    #expect(open.values.map(\.count).reduce(0, +) == 0, "each slice ends")
  }

  private mutating func read(packet: ProtobufReader) throws {
    var packet = packet
    var event: ProtobufReader?
    while try packet.next() {
      switch packet.field {
      case 8: clock += try packet.uint64()
      case 6: try readClocks(ProtobufReader(try packet.message()))
      case 11: event = ProtobufReader(try packet.message())
      case 12: try readNames(ProtobufReader(try packet.message()))
      case 60: try readTrack(ProtobufReader(try packet.message()))
      default: try packet.skip()
      }
    }
    if let event { try read(event: event) }
  }

  private mutating func readClocks(_ reader: ProtobufReader) throws {
    var reader = reader
    while try reader.next() {
      guard reader.field == 1 else {
        try reader.skip()
        continue
      }
      var entry = ProtobufReader(try reader.message())
      while try entry.next() {
        if entry.field == 2 { clock = try entry.uint64() } else { try entry.skip() }
      }
    }
  }

  private mutating func readNames(_ reader: ProtobufReader) throws {
    var reader = reader
    while try reader.next() {
      let field = reader.field
      var entry = ProtobufReader(try reader.message())
      var (id, text) = (UInt64(0), "")
      while try entry.next() {
        if entry.field == 1 { id = try entry.uint64() } else { text = try entry.string() }
      }
      if field == 1 { categories[id] = text } else { names[id] = text }
    }
  }

  private mutating func readTrack(_ reader: ProtobufReader) throws {
    var reader = reader
    var (id, name, parent) = (UInt64(0), "", UInt64(0))
    while try reader.next() {
      switch reader.field {
      case 1: id = try reader.uint64()
      case 2: name = try reader.string()
      case 5: parent = try reader.uint64()
      default: try reader.skip()
      }
    }
    #expect(tracks[id] == nil, "each track is declared once")
    tracks[id] = name
    parents[name] = parent
  }

  private mutating func read(event reader: ProtobufReader) throws {
    var reader = reader
    var (type, track, name, category) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var value: Double?
    var flows: [UInt64] = []
    while try reader.next() {
      switch reader.field {
      case 3: category = try reader.uint64()
      case 9: type = try reader.uint64()
      case 10: name = try reader.uint64()
      case 11: track = try reader.uint64()
      case 30: value = Double(try reader.uint64())
      case 44: value = try reader.double()
      case 47: flows.append(try reader.double().bitPattern)
      default: try reader.skip()
      }
    }
    let trackName = try #require(tracks[track], "declared before its first event")
    switch type {
    case 1:
      open[track, default: []].append(slices.count)
      slices.append(
        Slice(
          track: trackName, name: try #require(names[name]),
          category: try #require(categories[category]), start: clock, duration: 0, flows: flows))
    case 2:
      let last = open[track]?.popLast()
      let index = try #require(last)
      slices[index].duration = clock - slices[index].start
    default: counters[trackName, default: []].append(try #require(value))
    }
  }
}

@Suite struct PerfettoExportTests {
  private func reading(_ steps: [Step] = [SampleTrace.first]) throws -> PerfettoReading {
    let sink = MemorySink()
    var run = SampleTrace.run
    run.monotonicOrigin = 1_000_000
    _ = try PerfettoExport().write(SampleTrace.source(run: run, steps: steps), to: sink)
    return try PerfettoReading(sink.bytes)
  }

  @Test func slicesLieWhereTheOpsRan() throws {
    let ops = try reading().slices.filter { $0.track == "ops" }
    #expect(ops.map(\.name) == ["fc1", "loss", "loss", "fc1"])
    #expect(ops.map(\.category) == ["forward", "forward", "backward", "backward"])
    #expect(ops.map(\.start) == [1_001_600, 1_002_610, 1_002_680, 1_002_770])
    #expect(ops.map(\.duration) == [1_000, 50, 60, 1_500])
    #expect(ops.map(\.flows) == [[2], [1], [1], [2]])
  }

  @Test func stepsAndPhasesHaveTracks() throws {
    let reading = try reading([SampleTrace.first, SampleTrace.second])
    let steps = reading.slices.filter { $0.track == "steps" }
    #expect(steps.map(\.name) == ["step 0", "step 1"])
    #expect(steps[0].start == 1_001_500 && steps[0].duration == 4_000)
    #expect(
      reading.slices.filter { $0.track == "phases" }.map(\.name) == [
        "forward", "backward", "forward", "backward",
      ])
    #expect(reading.parents["ops"] == 1 && reading.parents["gradtop tiny"] == 0)
  }

  @Test func countersHoldMemoryAndScalars() throws {
    let counters = try reading().counters
    #expect(counters["ACTIVATION"] == [64, 0])
    #expect(counters["GRADIENT"] == [0, 80])
    #expect(counters["loss"] == [0.1])
    #expect(counters["learning rate"] == [1e-5])
  }

  @Test func isWellFormedWithoutSteps() throws {
    #expect(try reading([]).slices.isEmpty)
  }
}
