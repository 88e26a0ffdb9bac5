import Autodiff
import Glibc
import Training

/// What the command line says of a run.
struct RunOptions {
  /// What stops a run.
  enum BreakOn: String, CaseIterable { case never, nan, finding }

  let modelPath: String?
  let trace: String?
  let steps: Int?
  let batchSize: Int?
  let seed: Int?
  let threads: Int
  let weights: String?
  let savedWeights: String?
  let precision: String?
  let normsEvery: Int?
  let isInstrumented: Bool
  let syncs: Bool
  let budget: Int?
  let plan: String?
  let verifiesPlan: Bool
  let breakOn: BreakOn
  let detailedStep: Int?
  let startsPaused: Bool
  let isQuiet: Bool
  let isHeadless: Bool
  let usesColor: Bool

  init(_ arguments: Arguments) throws(Failure) {
    guard arguments.operands.count <= 1 else {
      throw Failure(.usage, "run", "one model at a time, found \(arguments.operands.count)")
    }
    modelPath = arguments.operands.first
    trace = arguments.text("--trace")
    steps = try arguments.integer("--steps", least: 1)
    batchSize = try arguments.integer("--batch-size", least: 1)
    seed = try arguments.integer("--seed", least: 0)
    threads =
      try arguments.integer("--threads", least: 1, most: 1024)
      ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    precision =
      arguments.has("--precision")
      ? try arguments.choice("--precision", of: ["fp32", "bf16"]) : nil
    weights = arguments.text("--weights")
    savedWeights = arguments.text("--save-weights")
    normsEvery =
      arguments.text("--norms-every") == "auto"
      ? nil : try arguments.integer("--norms-every", least: 1, most: 1_000_000_000)
    isInstrumented = !arguments.has("--no-instrument")
    syncs = arguments.has("--trace-sync")
    budget = try arguments.size("--memory-budget")
    plan = try arguments.text("--plan").map { (path) throws(Failure) in try Self.absolute(path) }
    if budget != nil, plan != nil {
      throw Failure(
        .usage, "run --plan", "both a plan and --memory-budget are given",
        hint: "a plan was made for a budget: leave one of them out")
    }
    verifiesPlan = arguments.has("--verify-plan")
    let condition = try arguments.choice("--break-on", of: BreakOn.allCases.map(\.rawValue))
    breakOn = BreakOn(rawValue: condition) ?? .never
    detailedStep = try arguments.integer("--detail", least: 0)
    isQuiet = arguments.has("--quiet")
    isHeadless =
      arguments.has("--headless") || isatty(STDIN_FILENO) == 0 || !standardOutputIsScreen
    startsPaused = arguments.has("--paused")
    guard !(startsPaused && isHeadless) else {
      throw arguments.mistake(
        "--paused", "without a dashboard nobody could go on", hint: "leave it out, or --headless")
    }
    usesColor = arguments.usesColor
  }

  /// The model file's text.
  func modelBytes() throws(Failure) -> [UInt8] {
    guard let modelPath else { return ModelFile.embedded }
    return try readFile(modelPath)
  }

  private static func absolute(_ path: String) throws(Failure) -> String {
    guard access(path, F_OK) == 0, let resolved = realpath(path, nil) else {
      throw Failure(.notFound, path, String(cString: strerror(errno)))
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// What stands on the command line comes before what stands in the file.
  func change(_ file: inout ModelFile) {
    if let steps { file.training.steps = steps }
    if let batchSize { file.training.batchSize = batchSize }
    if let seed { file.seed = UInt64(seed) }
    if budget != nil || plan != nil { file.memory = MemoryDescription() }
    if let budget { file.memory.checkpoint = .budget(budget) }
    if let plan { file.memory.plan = plan }
    if let precision { file.training.precision = precision }
    // Loaded behind the model, with an error that names the option.
    if weights != nil { file.weights = nil }
  }
}

extension Failure {
  /// A mistake in the model file at `place`.
  init(_ error: ModelFileError, in place: String) {
    self.init(
      .badInput, error.path.isEmpty ? place : "\(place): \(error.path)", error.what,
      hint: error.hint)
  }

  /// A model that cannot be trained.
  init(_ error: TrainingError, in place: String) {
    switch error {
    case .model(let mistake): self.init(mistake, in: place)
    case .data(let mistake):
      let file = mistake.file.isEmpty ? "" : "\(mistake.file): "
      self.init(
        .badInput, "\(place): \(mistake.path)",
        file + mistake.what, hint: mistake.hint)
    case .weights(let mistake):
      self.init(mistake.isMissing ? .notFound : .badInput, mistake.path, mistake.reason)
    case .refused(_, _, let mistake): self.init(mistake, in: place)
    case .offload(let error):
      self.init(
        .cannotCreate, error.folder, "no file for what leaves memory: \(error.reason)",
        hint: "set TMPDIR to a folder on a disk with room")
    case .plan(.order(let reason)):
      self.init(.badInput, "\(place): memory", reason)
    case .budget(let error):
      self.init(
        .budget, place,
        "a memory budget of \(error.budget) bytes cannot be met: \(error.stage) needs "
          + "\(error.smallest) bytes", hint: "the smallest budget is \(error.smallest) bytes")
    case .planning(let error): self.init(error, in: place) { "stage \($0)" }
    case .plan(.brokenGraph), .plan(.overwrittenTensor):
      self.init(.badInput, "\(place): loss", "this graph cannot be differentiated")
    case .plan(.lossIsNoScalar(let shape)):
      self.init(
        .badInput, "\(place): loss", "expected one number, found the shape \(shape)")
    case .plan(.kernel(let node, let error)):
      self.init(.badInput, "\(place): \(node)", "\(error.kernel): \(error.reason)")
    case .plan(.outOfMemory(let bytes)):
      self.init(
        .badInput, place, "the plan needs \(bytes) bytes, which the system does not have",
        hint: "use a smaller batch_size or smaller layers")
    }
  }
}
