import Glibc

/// How the learning rate changes with the step.
///
/// The first `warmup` steps climb evenly: step s of them has γ (s + 1) / warmup. After them, with
/// t = s - warmup and T = total_steps - warmup, the rate is
///
///     constant: γ
///     cosine:   γ_min + (γ - γ_min) (1 + cos(π t / T)) / 2        `CosineAnnealingLR`
///     linear:   γ + (γ_min - γ) t / T                             `LinearLR`
///     step:     γ · gamma ^ ⌊t / step_size⌋                       `StepLR`
///
/// with t held at T. Where `total_steps` is absent it is the run's number of steps.
struct LearningRateSchedule: Sendable {
  enum Shape: Sendable {
    case constant
    case cosine
    case linear
    case step(size: Int, factor: Double)
  }

  var shape = Shape.constant
  var warmup = 0
  var total: Int?
  var minimum = 0.0

  /// The same rate at every step.
  init() {}

  init(_ reader: inout ObjectReader) throws(ModelFileError) {
    let type = try reader.choice("type", of: ["constant", "cosine", "step", "linear"])
    warmup = try reader.int("warmup", in: 0...Int.max, default: 0)
    total = try reader.optionalInt("total_steps", in: 1...Int.max)
    let positive = 0...Double.greatestFiniteMagnitude
    minimum = try reader.double("min_lr", in: positive, default: 0)
    let size = try reader.optionalInt("step_size", in: 1...Int.max)
    let factor = try reader.double("gamma", in: positive, default: 0.1)
    switch type {
    case "cosine": shape = .cosine
    case "linear": shape = .linear
    case "step":
      guard let size else { throw reader.missing("step_size", "an integer of at least 1") }
      shape = .step(size: size, factor: factor)
    default: shape = .constant
    }
    try reader.finish()
  }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - rate: γ, the optimizer's.
  ///   - steps: How many the run has.
  func rate(_ rate: Double, at step: Int, of steps: Int) -> Double {
    if step < warmup { return rate * Double(step + 1) / Double(warmup) }
    let whole = Double(max(1, (total ?? steps) - warmup))
    let time = Double(step - warmup)
    let part = min(1, time / whole)
    switch shape {
    case .constant: return rate
    case .cosine: return minimum + (rate - minimum) * (1 + cos(Double.pi * part)) / 2
    case .linear: return rate + (minimum - rate) * part
    case .step(let size, let factor):
      return max(minimum, rate * pow(factor, Double((step - warmup) / size)))
    }
  }
}
