import Testing

@testable import Training

/// Data that is made up and does not fit into memory.
@Suite struct DataSizeTests {
  /// Sixteen numbers and a class, 68 bytes, a hundred times.
  private static let images =
    #"{"type": "images", "size": 4, "classes": 2, "samples": 100}"#

  private func load(_ data: String, memory: Double) throws -> Dataset? {
    let text = """
      {"data": \(data), "model": [{"type": "Flatten"}, {"type": "Linear", "out_features": 2}],
       "loss": {"type": "CrossEntropyLoss"}, "optimizer": {"type": "SGD", "lr": 0.1},
       "training": {"steps": 1, "batch_size": 4}}
      """
    let file = try ModelFile(Array(text.utf8), folder: ".")
    return try file.data?.load(relativeTo: ".", seed: 1, wantsClasses: true, memory: memory)
  }

  @Test func isMadeUpAsLongAsThereIsRoom() throws {
    #expect(try load(Self.images, memory: 6800)?.count == 100)
  }

  @Test func saysWhereAndHowLargeItIs() {
    #expect(
      throws: DataError(
        "data.samples",
        "100 samples of 17 numbers take 1 GB, this machine has 1 GB of memory",
        hint: "99 samples fit at most")
    ) { try load(Self.images, memory: 6799) }
    #expect(
      throws: DataError(
        "data.samples",
        "100000000 samples of 268435457 numbers take 107374183 GB, "
          + "this machine has 32 GB of memory", hint: "29 samples fit at most")
    ) {
      try load(
        #"{"type": "images", "size": 4096, "channels": 16, "samples": 100000000}"#, memory: 32e9)
    }
  }

  @Test(arguments: [
    (#"{"type": "spirals", "classes": 2, "samples": 100000000}"#, "3 numbers"),
    (#"{"type": "teacher", "inputs": 1000000, "samples": 100000000}"#, "1000001 numbers"),
    (#"{"type": "adding", "length": 1000000, "samples": 100000000}"#, "2000001 numbers"),
    (#"{"type": "copy", "length": 1000000, "samples": 100000000}"#, "4000002 numbers"),
  ])
  func countsInputsAndTargets(data: String, numbers: String) {
    let error = #expect(throws: DataError.self) { try load(data, memory: 1e9) }
    #expect(error?.what.contains("samples of \(numbers) take") == true)
  }
}
