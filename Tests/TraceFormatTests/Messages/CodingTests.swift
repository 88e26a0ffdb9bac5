import Testing

@testable import TraceFormat

@Suite struct CodingTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func messagesSurviveBothWays(seed: UInt64) throws {
    var random = RandomMessages(seed: seed)
    let (run, graph, step) = (random.run(), random.graph(), random.step())
    let detail = random.detail()
    #expect(try encoded(detail.encode).withUnsafeBytes { try Detail(decoding: $0) } == detail)
    #expect(try encoded(run.encode).withUnsafeBytes { try Run(decoding: $0) } == run)
    #expect(try encoded(graph.encode).withUnsafeBytes { try Graph(decoding: $0) } == graph)
    #expect(try encoded(step.encode).withUnsafeBytes { try Step(decoding: $0) } == step)
    let finding = random.finding()
    #expect(
      try encoded(finding.encode).withUnsafeBytes { try FindingRecord(decoding: $0) } == finding)
    let plan = random.plan()
    #expect(try encoded(plan.encode).withUnsafeBytes { try PlanRecord(decoding: $0) } == plan)
  }

  /// What proto3 leaves out is 0, not what a new value starts with.
  @Test func aMissingFieldIsZero() throws {
    let run = try [UInt8]().withUnsafeBytes { try Run(decoding: $0) }
    #expect(run.worldSize == 0)
    #expect(run.threads == 0)
    #expect(!run.isInstrumented)
    #expect(run.precision == "")
    let node = try [UInt8]().withUnsafeBytes { try Graph.Node(decoding: $0) }
    #expect(node.dtype == "")
  }

  @Test func notANumberSurvives() throws {
    var step = Step()
    step.loss = .nan
    step.gradNorm = .nan
    let again = try encoded(step.encode).withUnsafeBytes { try Step(decoding: $0) }
    #expect(again.loss?.isNaN == true)
    #expect(again.gradNorm?.isNaN == true)
    #expect(again.accuracy == nil)
  }

  /// `protoc`, too, reads our bytes, and writes them as we do.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func protocWritesTheSameBytes(seed: UInt64) throws {
    var random = RandomMessages(seed: seed)
    let messages = [
      ("gradtop.Run", encoded(random.run().encode)),
      ("gradtop.Graph", encoded(random.graph().encode)),
      ("gradtop.Step", encoded(random.step().encode)),
      ("gradtop.Detail", encoded(random.detail().encode)),
      ("gradtop.Finding", encoded(random.finding().encode)),
      ("gradtop.Plan", encoded(random.plan().encode)),
    ]
    for (name, bytes) in messages {
      let text = try Protoc.run(["--decode=\(name)"], input: bytes)
      let again = try Protoc.run(["--deterministic_output", "--encode=\(name)"], input: text)
      #expect(again == bytes, "\(name)")
    }
  }

  @Test func protocReadsTheFieldsThatWeWrote() throws {
    var step = Step()
    step.index = 3
    step.loss = 0.5
    step.ops.node = [7, 300]
    step.ops.phase = [0, 2]
    step.ops.timeStep = [-1, 4]
    let text = try Protoc.run(["--decode=gradtop.Step"], input: encoded(step.encode))
    #expect(
      String(decoding: text, as: UTF8.self) == """
        index: 3
        loss: 0.5
        op_node: 7
        op_node: 300
        op_phase: FORWARD
        op_phase: BACKWARD
        op_time_step: -1
        op_time_step: 4

        """)
  }

  @Test func theDescriptorSetIsThatOfTheSchema() throws {
    let file = TemporaryFile()
    _ = try Protoc.run(["--include_imports", "--descriptor_set_out=\(file.path)"])
    #expect(
      file.bytes == PackageResources.gradtop_binpb,
      "run protoc --include_imports --descriptor_set_out=gradtop.binpb gradtop.proto")
  }
}
