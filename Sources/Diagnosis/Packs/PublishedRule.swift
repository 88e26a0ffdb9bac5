import TraceFormat
import TraceSession

/// What a published rule says of a step.
enum PublishedVerdict {
  /// What it needs was not measured.
  case unknown
  case fine
  /// The condition holds: where, what was measured, against which limit.
  case bad(layer: String?, value: Double, limit: Double, what: String)

  /// Bad where what was measured is so; unknown where nothing was.
  static func judged(
    _ measured: Evidence.Measured?, limit: Double, _ what: String, isBad: (Double) -> Bool
  ) -> PublishedVerdict {
    guard let measured else { return .unknown }
    return isBad(measured.value)
      ? .bad(layer: measured.layer, value: measured.value, limit: limit, what: what) : .fine
  }
}

/// The mean of a figure over twenty steps, which stand in for the epoch that a rule was published for.
struct EpochMean {
  private static let length = 20

  private var sum = 0.0
  private var count = 0

  /// Adds a step's figure; the mean at the end of an epoch, else nil.
  mutating func add(_ value: Double) -> Double? {
    sum += value
    count += 1
    guard count == Self.length else { return nil }
    defer { (sum, count) = (0, 0) }
    return sum / Double(Self.length)
  }
}

/// AutoTrainer counts symptoms only while no step was accurate; without accuracy, always.
struct LowAccuracy {
  private var best = 0.0

  /// Whether a symptom in this step counts.
  mutating func holds(in step: Step) -> Bool {
    guard let accuracy = step.accuracy else { return true }
    best = max(best, accuracy)
    return best < 0.6
  }
}

/// A rule of another tool, with the limits that it was published with: for comparison with ours.
///
/// Where a trace has no such figure, the nearest one stands in for it, and the rule says so.
protocol PublishedRule: Rule {
  /// Its one finding.
  var episode: Episode { get set }

  /// How long the condition must hold.
  var patience: Episode.Patience { get }

  /// Whether the condition holds.
  mutating func verdict(_ evidence: Evidence) -> PublishedVerdict
}

extension PublishedRule {
  var patience: Episode.Patience { .immediate }

  mutating func examine(_ evidence: Evidence, _ docket: inout Docket) {
    let check: Episode.Check
    var details: (layer: String?, value: Double, limit: Double, what: String) = (nil, 0, 0, "")
    switch verdict(evidence) {
    case .unknown: return
    case .fine: check = .good
    case .bad(let layer, let value, let limit, let what):
      check = .bad
      details = (layer, value, limit, what)
    }
    let patience = patience
    episode.note(
      check, at: evidence.index, patience, in: &docket, .fixed(.warning)
    ) { start in
      Finding(
        rule: Self.name, severity: .warning, layer: details.layer, firstStep: start,
        lastStep: evidence.index, value: details.value, limit: details.limit,
        window: patience.steps > 1 ? patience.steps : nil,
        message: "\(details.what): \(shortened(details.value)), limit \(shortened(details.limit)).")
    }
  }
}

// MARK: - What several of them look at

extension Evidence {
  /// √(2/π), which is mean |g| over RMS for a normal distribution: a trace has norms.
  static let meanOverRMS = 0.797_884_560_8

  /// A figure, and the layer that it is of.
  typealias Measured = (layer: String, value: Double)

  /// Mean |g| of each weight matrix with a gradient, in the network's order, by way of its norm.
  var meanGradients: [Measured] {
    let (columns, parameters) = (step.parameters, layout.graph.graph.parameters)
    guard columns.gradNorm.count == columns.parameter.count else { return [] }
    return parameterPositions.enumerated().compactMap { row, position in
      guard position >= 0, layout.isMatrix[position],
        let norm = columns.measuredGradNorm(at: row)
      else { return nil }
      let elements = Double(max(1, parameters[position].elements))
      return (
        parameters[position].layer, Self.meanOverRMS * Double(norm) / elements.squareRoot()
      )
    }
  }

  /// The gradient norms of the first and the last weight matrix.
  var firstAndLastNorm: (first: Double, last: Double)? {
    let columns = step.parameters
    let rows = parameterPositions.indices.filter { row in
      parameterPositions[row] >= 0 && layout.isMatrix[parameterPositions[row]]
    }
    guard rows.count >= 2, let first = rows.first.flatMap({ columns.measuredGradNorm(at: $0) }),
      let last = rows.last.flatMap({ columns.measuredGradNorm(at: $0) })
    else { return nil }
    return (Double(first), Double(last))
  }

  /// Update over weight, for each weight matrix.
  var updateRatios: [Measured] {
    parameterPositions.enumerated().compactMap { row, position in
      guard position >= 0, layout.isMatrix[position],
        let ratio = step.parameters.updateRatio(at: row), ratio.isFinite
      else { return nil }
      return (layout.graph.graph.parameters[position].layer, Double(ratio))
    }
  }

  /// The worst share of `counts` among the units of nodes of one kind.
  func worstShare(
    of counts: [UInt32], _ kind: NetworkLayout.UnitKind
  ) -> Measured? {
    let columns = step.activations
    guard isMeasured, counts.count == columns.node.count, columns.units.count == counts.count
    else { return nil }
    var worst: Measured?
    for position in layout.unitKinds.indices where layout.unitKinds[position] == kind {
      let row = outputRows[position]
      guard row >= 0, columns.units[row] > 0 else { continue }
      let share = Double(counts[row]) / Double(columns.units[row])
      if share > worst?.value ?? -1 { worst = (layout.node(at: position).layer, share) }
    }
    return worst
  }

  /// The greatest fraction of zeros among the outputs of ReLUs.
  var worstZeroFraction: Measured? {
    let columns = step.activations
    guard isMeasured, columns.zeroFraction.count == columns.node.count else { return nil }
    var worst: Measured?
    for position in layout.unitKinds.indices where layout.unitKinds[position] == .rectified {
      let row = outputRows[position]
      guard row >= 0 else { continue }
      let share = Double(columns.zeroFraction[row])
      if share > worst?.value ?? -1 { worst = (layout.node(at: position).layer, share) }
    }
    return worst
  }

  /// Whether anything of the step is NaN or Inf.
  var hasNonFinite: Bool {
    step.loss?.isFinite == false || step.activations.nonFinite.contains { $0 > 0 }
      || step.parameters.nonFinite.contains { $0 > 0 }
      || step.parameters.weightNorm.contains { !$0.isFinite }
  }
}
