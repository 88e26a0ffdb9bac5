import Foundation
import SeededNumbers
import Testing

@testable import Exchange
@testable import TraceFormat

/// Profiles that PyTorch wrote, and what a plain walk over them finds; `profiles.py` makes both.
@Suite struct KinetoImportTests {
  struct Expected: Decodable {
    var step: UInt64
    var forward: [Op]
    var backward_ns: UInt64
    var optimizer_ns: UInt64

    struct Op: Decodable, Equatable {
      var name: String
      var duration: UInt64

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        name = try values.decode(String.self)
        duration = try values.decode(UInt64.self)
      }

      init(_ name: String, _ duration: UInt64) { (self.name, self.duration) = (name, duration) }
    }
  }

  static func file(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Profiles/\(name)")
  }

  @Test(arguments: ["plain", "scheduled", "modules"])
  func findsTheOpsOfEachStep(name: String) throws {
    let profile = try ImportedProfile(path: Self.file(name + ".json.gz").path)
    let expected = try JSONDecoder().decode(
      [Expected].self, from: Data(contentsOf: Self.file(name + ".expected.json")))
    #expect(profile.steps.map(\.index) == expected.map(\.step))
    for (step, wanted) in zip(profile.steps, expected) {
      let kinds = profile.rows(of: step, in: .forward)
      #expect(kinds.map { Expected.Op($0.kind, $0.duration) } == wanted.forward)
      #expect(step.time(of: .backward) == wanted.backward_ns)
      #expect(step.time(of: .optimizer) == wanted.optimizer_ns)
    }
  }

  @Test func backwardBelongsToItsForwardOp() throws {
    let profile = try ImportedProfile(path: Self.file("scheduled.json.gz").path)
    let step = try #require(profile.steps.first)
    let backward = profile.rows(of: step, in: .backward).map(\.kind)
    #expect(
      backward == ["cross_entropy_loss", "linear", "dropout", "relu", "linear", "tanh", "linear"])
    #expect(profile.summary.linked == profile.summary.backward && profile.summary.linked > 0)
  }

  /// As `profile_memory=True` writes them: behind all ops, each with what is allocated from then on.
  @Test func memoryIsThatOfTheOpsEnd() throws {
    func op(_ name: String, _ start: Int, _ duration: Int) -> String {
      """
      {"ph": "X", "cat": "cpu_op", "name": "\(name)", "pid": 1, "tid": 1, "ts": \(start),
       "dur": \(duration), "args": {"External id": 1}}
      """
    }
    func memory(_ time: Int, _ total: Int, device: Int = 0) -> String {
      """
      {"ph": "i", "cat": "cpu_instant_event", "s": "t", "name": "[memory]", "pid": 1, "tid": 1,
       "ts": \(time), "args": {"Total Allocated": \(total), "Bytes": 1, "Device Type": \(device)}}
      """
    }
    let events = [
      op("aten::linear", 10, 10), op("aten::relu", 30, 10), op("aten::sum", 50, 10),
      memory(35, 2000), memory(15, 1000), memory(12, 600), memory(70, 9000),
    ]
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try #"{"schemaVersion": 1, "traceEvents": [\#(events.joined(separator: ","))]}"#
      .write(to: file, atomically: true, encoding: .utf8)
    let step = try #require(try ImportedProfile(path: file.path).steps.first)
    #expect(step.memory.row == [0, 1, 2])
    #expect(step.memory.total == [1000, 2000, 2000])
    #expect(step.memory.gradient.isEmpty)
  }

  @Test func modulesAreLayers() throws {
    let profile = try ImportedProfile(path: Self.file("modules.json.gz").path)
    let layers = try #require(profile.graphs.first).layers
    #expect(
      layers.filter { !$0.isContainer }.prefix(6).map(\.path) == [
        "Net_0/Sequential_0/Linear_0", "Net_0/Sequential_0/Tanh_0", "Net_0/Sequential_0/Linear_1",
        "Net_0/Sequential_0/ReLU_0", "Net_0/dropout.0", "Net_0/Linear_2",
      ])
    #expect(layers.filter(\.isContainer).map(\.path) == ["Net_0", "Net_0/Sequential_0"])
    #expect(layers.first { $0.path == "Net_0/Linear_2" }?.kind == "Linear")
    #expect(layers.filter(\.isLoss).map(\.kind) == ["cross_entropy_loss"])
  }

  @Test func theSameNetworkIsWrittenOnce() throws {
    let profile = try ImportedProfile(path: Self.file("plain.json.gz").path)
    #expect(Set(profile.steps.map(\.graph)).count == profile.graphs.count)
  }

  @Test func whatAProfileDoesNotTellIsNotMeasured() throws {
    let step = try #require(
      try ImportedProfile(path: Self.file("plain.json.gz").path).steps.first)
    #expect(step.loss == nil && step.learningRate == nil && step.gradNorm == nil)
    #expect(step.ops.savedBytes.isEmpty && step.activations.node.isEmpty)
  }

  @Test func whatAProfileDoesNotTellIsAnEmptyCell() throws {
    let input = try #require(
      FileHandle(forReadingAtPath: Self.file("modules.json.gz").path))
    let output = MemoryOutput()
    _ = try KinetoImport(reading: input.fileDescriptor).write("profile", to: output)
    func row(_ table: Table, _ number: Int) throws -> [String: String] {
      let feed = TraceFeed(queueLimit: .max)
      output.bytes.withUnsafeBytes { feed.append($0, at: 0) }
      let sink = MemorySink()
      _ = try TableExport(table).write(feed, to: sink)
      let lines = sink.text.split { $0.isNewline }
      let cells = lines[number].split(separator: ",", omittingEmptySubsequences: false)
      return Dictionary(
        uniqueKeysWithValues: zip(table.columns, cells.map(String.init)))
    }
    let layer = try row(.layers, 1)
    #expect(layer["layer"] == "Net_0/Sequential_0/Linear_0" && layer["calls"] == "1")
    for column in [
      "parameters", "forward_flops", "backward_flops", "gflops", "saved_bytes", "grad_norm_first",
    ] {
      #expect(layer[column] == "", "\(column)")
    }
    let op = try row(.ops, 1)
    #expect(op["kind"] == "linear" && op["calls"] == "1")
    for column in ["flops", "gflops", "saved_bytes"] { #expect(op[column] == "", "\(column)") }
  }

  /// Every prefix of a profile is read as far as it goes.
  @Test func aTruncatedProfileIsSalvaged() throws {
    let whole = try gunzip(Data(contentsOf: Self.file("plain.json.gz")))
    let all = try ImportedProfile(bytes: whole).steps.count
    var (salvaged, refused) = (0, 0)
    for count in stride(from: 1, to: whole.count - 2, by: 1499) {
      do {
        let profile = try ImportedProfile(bytes: Array(whole[..<count]))
        #expect(profile.summary.isTruncated, "\(count) bytes")
        #expect(profile.steps.count <= all)
        salvaged += 1
      } catch is ImportError { refused += 1 }
    }
    #expect(salvaged > refused)
  }

  @Test func aTruncatedGzipFileIsSalvaged() throws {
    let bytes = [UInt8](try Data(contentsOf: Self.file("plain.json.gz")))
    let profile = try ImportedProfile(bytes: Array(bytes.prefix(bytes.count * 3 / 4)))
    #expect(profile.summary.isTruncated && !profile.steps.isEmpty)
  }

  /// Any flipped byte is survived; only what stands there is lost.
  @Test(arguments: 0..<60)
  func aFlippedByteIsSurvived(seed: Int) throws {
    var bytes = try gunzip(Data(contentsOf: Self.file("plain.json.gz")))
    var generator = SeededGenerator(seed: UInt64(seed))
    let place = Int(generator.next() % UInt64(bytes.count))
    bytes[place] ^= UInt8(truncatingIfNeeded: 1 << (generator.next() % 8))
    _ = try? ImportedProfile(bytes: bytes)
  }

  /// The uncompressed bytes, by the import's own window.
  private func gunzip(_ data: Data) throws -> [UInt8] {
    let input = try TemporaryInput([UInt8](data))
    let window = try InputWindow(input.descriptor)
    while !window.isAtEnd { try window.fill() }
    return withExtendedLifetime(input) { Array(window.bytes) }
  }
}
