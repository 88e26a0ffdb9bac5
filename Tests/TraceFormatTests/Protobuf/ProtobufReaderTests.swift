import SeededNumbers
import Testing

@testable import TraceFormat

@Suite struct ProtobufReaderTests {
  private func step(_ bytes: [UInt8]) throws(ProtobufError) -> Step {
    var result: Result<Step, ProtobufError> = .failure(.truncated)
    bytes.withUnsafeBytes { bytes in
      do throws(ProtobufError) {
        result = .success(try Step(decoding: bytes))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  @Test func takesAColumnThatIsNotPacked() throws {
    // Field 20 (op_node) three times as a varint, the last time packed.
    let step = try step([0xa0, 1, 5, 0xa0, 1, 0x80, 1, 0xa2, 1, 2, 6, 7])
    #expect(step.ops.node == [5, 128, 6, 7])
  }

  @Test func takesFloatsThatAreNotPacked() throws {
    // Field 30 (parameter), and 32 (parameter_grad_norm) as fixed32.
    let step = try step([0xf0, 1, 9, 0x85, 2, 0, 0, 0x80, 0x3f])
    #expect(step.parameters.gradNorm == [1])
  }

  @Test func skipsUnknownFieldsOfEachWireType() throws {
    let unknown: [UInt8] = [
      0x80, 0x7d, 1, 0x81, 0x7d, 1, 2, 3, 4, 5, 6, 7, 8, 0x82, 0x7d, 2, 9, 9, 0x85, 0x7d, 1, 2, 3,
      4,
    ]
    #expect(try step(unknown + [0x08, 3]).index == 3)
  }

  @Test func keepsTheLastOfAScalarThatOccursTwice() throws {
    #expect(try step([0x08, 3, 0x08, 4]).index == 4)
  }

  @Test func takesAnUnknownPhaseForTheLargest() throws {
    #expect(try step([0xa2, 1, 1, 0, 0xaa, 1, 2, 0xff, 3]).ops.phase == [255])
  }

  @Test(
    arguments: [
      ([0x08], .truncated),
      ([0x08, 0x80], .truncated),
      ([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2], .overflow),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0], .overflow),
      ([0x00], .malformed(field: 0)),
      ([0x0b], .malformed(field: 1)),
      ([0x0f], .malformed(field: 1)),
      ([0x0d, 0, 0, 0, 0], .malformed(field: 1)),
      ([0x28, 0], .malformed(field: 5)),
      ([0x29, 0, 0, 0], .truncated),
      ([0xa2, 1, 5, 1], .truncated),
      ([0xa2, 1, 1, 0x80], .truncated),
      ([0xa2, 1, 4, 1, 0x80, 1, 0x80], .truncated),
      (
        [0xa2, 1, 11, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, 1],
        .overflow
      ),
      ([0xa2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], .truncated),
      ([0xf0, 1, 9, 0x82, 2, 3, 0, 0, 0], .truncated),
      ([0xa2, 1, 1, 0, 0xb2, 1, 2, 0, 0], .columnLength(group: "op")),
    ] as [([UInt8], ProtobufError)])
  func refuses(bytes: [UInt8], error: ProtobufError) {
    #expect(throws: error) { try step(bytes) }
  }

  @Test func refusesMoreSubmessagesThanAnyGraphHas() {
    let count = ProtobufReader.maximumSubmessages + 1
    let bytes = Array(repeating: [0x12, 0] as [UInt8], count: count).joined()
    #expect(throws: ProtobufError.tooMany(field: 2)) {
      try Array(bytes).withUnsafeBytes { try Graph(decoding: $0) }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func arbitraryBytesNeverTrap(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      decodeAll(bytes)
    }
    var random = RandomMessages(seed: seed)
    var message = encoded(random.step().encode)
    for _ in 0..<100 where !message.isEmpty {
      message[Int.random(in: message.indices, using: &generator)] ^=
        UInt8(1)
        << UInt8.random(in: 0...7, using: &generator)
      decodeAll(message)
    }
  }

  private func decodeAll(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      _ = try? Step(decoding: bytes)
      _ = try? Graph(decoding: bytes)
      _ = try? Run(decoding: bytes)
    }
  }
}
