internal import Autodiff

/// Trains the same model beside the planned one, keeping everything, and compares the hash of every
/// gradient after each step.
public final class PlanVerifier {
  /// What was compared, and the first difference.
  public struct Verdict: Equatable, Sendable {
    /// Steps.
    public var steps = 0
    /// Gradients that were equal, bit by bit.
    public var equal = 0
    /// The step and the parameter whose gradient differs; nil where none does.
    public var difference: (step: Int, parameter: String)?

    public static func == (a: Verdict, b: Verdict) -> Bool {
      a.steps == b.steps && a.equal == b.equal && a.difference?.step == b.difference?.step
        && a.difference?.parameter == b.difference?.parameter
    }
  }

  private let reference: PreparedModel
  private var trainer: Trainer
  /// So far.
  public private(set) var verdict = Verdict()

  /// - Parameters:
  ///   - file: The model with its plan.
  ///   - prepare: Brings weights to where the planned model's start.
  public init(
    _ file: ModelFile, threads: Int, prepare: (PreparedModel) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    var file = file
    file.memory = MemoryDescription()
    reference = try PreparedModel(file, threads: threads)
    try prepare(reference)
    trainer = Trainer(reference, control: TrainingControl())
  }

  /// Runs step `index` with everything kept and compares.
  func compare(_ index: Int, with model: PreparedModel) {
    _ = trainer.step(index)
    verdict.steps += 1
    for parameter in model.executor.plan.network.parameters.indices {
      let id = ParameterID(index: parameter)
      guard let ours = model.executor.gradient(of: id) else { continue }
      let kept = reference.executor.gradient(of: id)
      if let kept, Self.hash(ours) == Self.hash(kept) {
        verdict.equal += 1
      } else if verdict.difference == nil {
        verdict.difference = (index, model.executor.plan.network[id].name)
      }
    }
  }

  /// FNV-1a over the bits of each number.
  private static func hash(_ numbers: UnsafeMutableBufferPointer<Float>) -> UInt64 {
    numbers.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3 }
  }
}
