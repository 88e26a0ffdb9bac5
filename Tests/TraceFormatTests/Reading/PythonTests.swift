import Testing

@testable import TraceFormat

/// A closed trace is read by the official MCAP library for Python, with no code of ours.
@Suite(.enabled(if: PythonLibraries.areThere, "python3 with mcap and mcap-protobuf-support"))
struct PythonTests {
  private static let script = """
    import sys
    from mcap.reader import make_reader
    from mcap_protobuf.decoder import DecoderFactory

    reader = make_reader(open(sys.argv[1], "rb"), validate_crcs=True,
                         decoder_factories=[DecoderFactory()])
    print(reader.get_header().profile, reader.get_header().library)
    statistics = reader.get_summary().statistics
    print(statistics.chunk_count, statistics.message_count, statistics.channel_message_counts)
    for schema, channel, message, decoded in reader.iter_decoded_messages(topics=["/graph"]):
        print(channel.topic, schema.name, [node.name for node in decoded.nodes])
    for schema, channel, message, decoded in reader.iter_decoded_messages(topics=["/step"]):
        print(message.log_time, message.sequence, decoded.index, decoded.loss,
              list(decoded.op_duration_ns), list(decoded.op_phase))
    """

  @Test(arguments: ChunkCompression.allCases)
  func readsWhatWasWritten(compression: ChunkCompression) throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<4, compression: compression))
    let output = try Program.run(["python3", "-c", Self.script, file.path])
    let graph = "/graph gradtop.Graph ['linear0', 'linear1', 'linear2']"
    var lines = ["gradtop gradtop 0.1", "4 8 {1: 2, 2: 2, 3: 4}", graph, graph]
    for index in 0..<4 as Range<UInt64> {
      let step = SampleTrace.step(index)
      let time = SampleTrace.origin + step.start + step.duration
      let loss = String(step.loss ?? .nan)
      lines.append(
        "\(time) \(index) \(index) \(loss) \(step.ops.duration) \(step.ops.phase)")
    }
    #expect(
      String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init) == lines)
  }

  /// The other way round: what the library writes.
  @Test(arguments: ["NONE", "LZ4", "ZSTD"]) func isReadByUs(compression: String) throws {
    let file = TemporaryFile()
    let script = """
      import sys
      from mcap.writer import CompressionType, Writer
      with open(sys.argv[1], "wb") as stream:
          writer = Writer(stream, chunk_size=3000, compression=CompressionType.\(compression))
          writer.start("any", "python")
          schema = writer.register_schema("Point", "jsonschema", b"{}")
          channel = writer.register_channel("/points", "json", schema, {"unit": "m"})
          for index in range(300):
              writer.add_message(channel, 10 * index, b'{"x": %d}' % index, 10 * index, index)
          writer.add_attachment(1, 2, "notes.txt", "text/plain", b"some notes")
          writer.add_metadata("about", {"author": "nobody"})
          writer.finish()
      """
    _ = try Program.run(["python3", "-c", script, file.path])
    var types: [String: Int] = [:]
    let gaps = try RecordListing.read(path: file.path) { types[$0.type, default: 0] += 1 }
    #expect(gaps == [])
    #expect(types["Message"] == 300)
    #expect(types["Attachment"] == 1 && types["Metadata"] == 1)
    #expect(types["ChunkIndex"] ?? 0 > 3)
    let reader = try #require(try MCAPReader(path: file.path))
    var read: [String] = []
    try reader.forEachMessage(in: 1_000...1_020) {
      read.append(String(decoding: $0.data, as: UTF8.self))
    }
    #expect(read == ["{\"x\": 100}", "{\"x\": 101}", "{\"x\": 102}"])
  }

  @Test func findsAStepThroughTheIndex() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<50))
    let start = SampleTrace.origin + 40_000_000
    let script = """
      import sys
      from mcap.reader import make_reader
      reader = make_reader(open(sys.argv[1], "rb"))
      print([m.sequence for _, _, m in reader.iter_messages(topics=["/step"],
            start_time=\(start), end_time=\(start + 3_000_000))])
      """
    let output = try Program.run(["python3", "-W", "ignore", "-c", script, file.path])
    #expect(String(decoding: output, as: UTF8.self) == "[40, 41, 42]\n")
  }
}

private enum PythonLibraries {
  static let areThere =
    (try? Program.run(["python3", "-c", "import mcap.reader, mcap_protobuf.decoder"])) != nil
}
