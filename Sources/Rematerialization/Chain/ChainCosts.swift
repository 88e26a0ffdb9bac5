/// What a chain of stages costs in memory and time: the input of every chain solver.
///
/// Stage l = 1 … n takes a_{l-1} and makes a_l; the last stage is the loss. a_0, the input, stays
/// all the time, and so does, from its making on, what a backward leaves behind for the optimizer.
/// Sizes are bytes, times are in any one unit.
public struct ChainCosts: Equatable, Sendable {
  /// Bytes of a_0.
  public let input: Int
  /// Bytes of the gradient of a_0; 0 where nobody wants it.
  public let inputGradient: Int
  /// The stages, first to last.
  public let stages: [ChainStage]

  /// A chain of checked costs.
  ///
  /// - Throws: `CostError` where there is no stage, a size or a time is negative or no number, or
  ///   the sizes together do not fit an integer.
  public init(input: Int, inputGradient: Int, stages: [ChainStage]) throws(CostError) {
    self.input = input
    self.inputGradient = inputGradient
    self.stages = stages
    try check()
  }

  /// How many stages there are.
  public var count: Int { stages.count }

  /// Bytes of a_l.
  func output(_ stage: Int) -> Int { stage == 0 ? input : stages[stage - 1].output }

  /// Bytes of the gradient of a_l.
  func gradient(_ stage: Int) -> Int { stage == 0 ? inputGradient : stages[stage - 1].gradient }

  /// Stage l, counted from 1 as the recurrences count.
  subscript(stage: Int) -> ChainStage { stages[stage - 1] }
}

/// One stage of a chain.
public struct ChainStage: Equatable, Sendable {
  /// What people call it.
  public var name: String
  /// Bytes of its output a_l.
  public var output: Int
  /// Bytes of the gradient of its output, δ_l.
  public var gradient: Int
  /// Time of a forward that keeps its output alone.
  public var forwardTime: Double
  /// Bytes that such a forward needs beside input and output.
  public var forwardWorkspace: Int
  /// Ways of keeping what backward needs; the first keeps everything.
  public var savings: [Saving]

  /// A stage with at least one way of saving.
  public init(
    name: String = "", output: Int, gradient: Int, forwardTime: Double, forwardWorkspace: Int = 0,
    savings: [Saving]
  ) {
    self.name = name
    self.output = output
    self.gradient = gradient
    self.forwardTime = forwardTime
    self.forwardWorkspace = forwardWorkspace
    self.savings = savings
  }
}

/// One way in which a stage's forward prepares its backward.
public struct Saving: Equatable, Sendable {
  /// Bytes of ā_l: what it keeps, its output included.
  public var saved: Int
  /// Bytes of those that stay in memory until backward; fewer where the rest leaves for a file.
  public var held: Int
  /// Time of the forward that keeps this.
  public var forwardTime: Double
  /// Time of the backward that starts from this.
  public var backwardTime: Double
  /// Bytes that this forward needs beside input and `saved`.
  public var forwardWorkspace: Int
  /// Bytes that backward needs beside `saved` and the gradients of input and output.
  public var backwardWorkspace: Int
  /// Bytes that backward leaves until the end of the step: gradients of parameters.
  public var lasting: Int
  /// Time of that forward where backward follows at once, so that the output need not be made again.
  public var closingTime: Double

  /// A way of saving; `held` is `saved` where nothing is said.
  public init(
    saved: Int, held: Int? = nil, forwardTime: Double, backwardTime: Double,
    forwardWorkspace: Int = 0, backwardWorkspace: Int = 0, lasting: Int = 0,
    closingTime: Double? = nil
  ) {
    self.saved = saved
    self.held = held ?? saved
    self.forwardTime = forwardTime
    self.backwardTime = backwardTime
    self.forwardWorkspace = forwardWorkspace
    self.backwardWorkspace = backwardWorkspace
    self.lasting = lasting
    self.closingTime = closingTime ?? forwardTime
  }
}

/// Costs that no solver can work with.
public struct CostError: Error, Equatable {
  /// Which: `abar[3]`; empty where all of them are meant.
  public var place: String
  /// What is wrong with it.
  public var reason: String

  init(_ place: String, _ reason: String) {
    self.place = place
    self.reason = reason
  }
}

extension ChainCosts {
  /// A chain from lists: `a` and `delta` for stages 0 … n, all others for 1 … n.
  ///
  /// - Parameters:
  ///   - a: Bytes of outputs.
  ///   - abar: Bytes that backward needs, outputs included.
  ///   - delta: Bytes of the gradients of outputs.
  ///   - uf: Times of forward.
  ///   - ub: Times of backward.
  ///   - of: Bytes that forward needs beside.
  ///   - ob: Bytes that backward needs beside.
  /// - Throws: `CostError` where lengths do not fit or a number cannot be used.
  public init(
    a: [Int], abar: [Int], delta: [Int], uf: [Double], ub: [Double], of: [Int], ob: [Int]
  ) throws(CostError) {
    let n = abar.count
    let lengths = [
      ("a", a.count, n + 1), ("delta", delta.count, n + 1), ("uf", uf.count, n),
      ("ub", ub.count, n), ("of", of.count, n), ("ob", ob.count, n),
    ]
    for (name, found, expected) in lengths where found != expected {
      throw CostError(name, "\(n) stages need \(expected) numbers, found \(found)")
    }
    try self.init(
      input: a[0], inputGradient: delta[0],
      stages: (0..<n).map { index in
        ChainStage(
          name: "\(index + 1)", output: a[index + 1], gradient: delta[index + 1],
          forwardTime: uf[index], forwardWorkspace: of[index],
          savings: [
            Saving(
              saved: abar[index], forwardTime: uf[index], backwardTime: ub[index],
              forwardWorkspace: of[index], backwardWorkspace: ob[index])
          ])
      })
  }
}
