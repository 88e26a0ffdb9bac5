/// Whether the loss falls, and how far it has come.
///
/// Progress is measured against a baseline: the mean of the first losses or what guessing costs,
/// whichever is less. With L the mean of the last losses,
///
///     fall = (baseline - L) / |baseline|
///
/// so that it knows neither the loss's unit nor how many steps there will be. A state gives way to
/// another one only once that has held for a tenth of the run, so that noise does not make it flicker.
public struct LearningProgress: Sendable {
  /// How far the run is.
  public enum State: Equatable, Sendable {
    /// Too few steps to say.
    case early
    /// The loss is not below where it began.
    case stuck
    /// The loss has fallen somewhat.
    case slow
    /// The loss has fallen by a good part.
    case learning
  }

  /// When a state holds.
  struct Limits: Sendable {
    /// Losses that make the baseline.
    var firstWindow = 10
    /// Losses that make the present one.
    var window = 20
    /// Steps before which nothing is said.
    var earliest = 40
    /// A fall of less is none.
    var stuck = 0.1
    /// A fall of more is learning.
    var learning = 0.5
    /// Steps that a new state must hold, at most.
    var settling = 50
  }

  /// How far the run is.
  public private(set) var state = State.early
  /// The mean of the first losses, or what guessing costs if that is less.
  public private(set) var baseline: Double?
  /// How far the mean of the last losses is below the baseline, as a fraction of it.
  public private(set) var fall = 0.0
  /// The greatest fall so far.
  public private(set) var bestFall = 0.0
  /// Steps with a loss so far.
  public private(set) var count = 0
  /// The mean of the first losses.
  public private(set) var firstMean: Double?
  /// The lowest mean of a window so far.
  public private(set) var leastMean = Double.infinity
  /// The loss of the first step.
  public private(set) var firstLoss: Double?
  /// The learning rate of the first step.
  public private(set) var firstRate: Double?

  /// What guessing costs, as far as the first steps tell.
  private var guess: Double?
  private let limits = Limits()
  /// What the state may be about to become, and for how many steps it would have been that.
  private var (pending, pendingSteps) = (State.early, 0)
  private var losses: [Double] = []
  /// Where the next loss goes.
  private var slot = 0
  private var firstSum = 0.0

  /// Losses that are kept.
  public static let capacity = 64

  /// No losses yet.
  public init() {
    losses.reserveCapacity(Self.capacity)
  }

  /// Takes the next loss.
  ///
  /// - Parameter guess: What guessing costs, where anybody knows; the first to be told stands.
  public mutating func add(_ loss: Double, rate: Double?, guess: Double?) {
    count += 1
    if firstRate == nil { firstRate = rate }
    if firstLoss == nil { firstLoss = loss }
    if self.guess == nil { self.guess = guess }
    guard loss.isFinite else {
      state = .stuck
      fall = -.infinity
      return
    }
    append(loss)
    if baseline == nil {
      firstSum += loss
      guard losses.count >= limits.firstWindow else { return }
      let mean = firstSum / Double(losses.count)
      firstMean = mean
      baseline = min(mean, self.guess ?? .infinity)
    }
    let mean = mean(last: limits.window)
    guard let baseline, losses.count >= limits.window else { return }
    leastMean = min(leastMean, mean)
    fall = (baseline - mean) / max(abs(baseline), .leastNormalMagnitude)
    bestFall = max(bestFall, fall)
    settle(next(state))
  }

  private mutating func settle(_ next: State) {
    guard next != state else {
      pendingSteps = 0
      return
    }
    if next != pending { (pending, pendingSteps) = (next, 0) }
    pendingSteps += 1
    guard pendingSteps >= min(limits.settling, count / 10) else { return }
    (state, pendingSteps) = (next, 0)
  }

  private func next(_ state: State) -> State {
    // What a state takes to come into is more than what it takes to stay in.
    let learning = limits.learning * (state == .learning ? 0.9 : 1)
    let slow = limits.stuck * (state == .stuck ? 1.1 : 1)
    if fall >= learning { return .learning }
    guard count >= limits.earliest else { return .early }
    if fall >= slow { return isImproving ? (state == .early ? .early : .slow) : .slow }
    return isImproving && state == .early ? .early : .stuck
  }

  /// Whether the newest ten losses are well below the ten before.
  var isImproving: Bool {
    guard losses.count >= 20 else { return true }
    let (new, old) = (mean(last: 10), mean(last: 20) * 2 - mean(last: 10))
    var spread = 0.0
    for index in 0..<20 {
      let deviation = self[index] - (index < 10 ? new : old)
      spread += deviation * deviation
    }
    // Two means of ten: their difference has a standard error of √(2 s² / 10).
    let error = (2 * spread / 18 / 10).squareRoot()
    return old - new > max(2 * error, 0.03 * abs(old))
  }
}

// MARK: - The last losses

extension LearningProgress {
  /// How many of the last losses are known.
  public var known: Int { losses.count }

  /// The loss `age` steps ago: 0 is the newest.
  public subscript(age: Int) -> Double {
    losses[(slot + 2 * Self.capacity - 1 - age) % Self.capacity]
  }

  /// The mean of the last `wanted` losses, or of as many as are known.
  public func mean(last wanted: Int) -> Double {
    let number = min(wanted, losses.count)
    guard number > 0 else { return .nan }
    var sum = 0.0
    for age in 0..<number { sum += self[age] }
    return sum / Double(number)
  }

  private mutating func append(_ loss: Double) {
    if losses.count < Self.capacity { losses.append(loss) } else { losses[slot] = loss }
    slot = (slot + 1) % Self.capacity
  }
}
