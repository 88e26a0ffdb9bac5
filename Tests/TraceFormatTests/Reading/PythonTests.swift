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

  @Test func readsWhatWasWritten() throws {
    let file = TemporaryFile(SampleTrace.bytes(steps: 0..<4))
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
