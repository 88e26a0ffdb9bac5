public import TraceFormat

extension FindingRecord {
  /// A finding as a trace tells it.
  public init(_ finding: Finding) {
    self.init()
    (rule, severity) = (finding.rule.rawValue, finding.severity.rawValue)
    (layer, parameter) = (finding.layer ?? "", finding.parameter ?? "")
    (firstStep, lastStep) = (finding.firstStep, finding.lastStep)
    (value, limit, window) = (finding.value, finding.limit, finding.window)
    (message, isOpen) = (finding.message, finding.isOpen)
  }
}

extension Finding {
  /// What only a producer can find: runs that it refuses.
  private static let producersRules: [RuleName] = [.brokenGraph, .overwrittenTensor]

  /// The finding in a trace, where it is one that cannot be made from the columns; nil for others:
  /// those are judged anew.
  init?(ofProducer record: FindingRecord) {
    guard Self.producersRules.contains(RuleName(rawValue: record.rule)) else { return nil }
    self.init(record)
  }

  /// The finding that a trace tells of.
  init(_ record: FindingRecord) {
    let rule = RuleName(rawValue: record.rule)
    var remedies: [Remedy] = []
    if rule == .overwrittenTensor, !record.layer.isEmpty {
      remedies = [.notInPlace(layer: record.layer)]
    }
    self.init(
      rule: rule, severity: Severity(rawValue: record.severity) ?? .error,
      layer: record.layer.isEmpty ? nil : record.layer,
      parameter: record.parameter.isEmpty ? nil : record.parameter, firstStep: record.firstStep,
      lastStep: record.lastStep, value: record.value, limit: record.limit, window: record.window,
      message: record.message, remedies: remedies)
    isOpen = record.isOpen
  }

  /// The findings that `records` tell of, as their last words have them, in order of their first ones:
  /// for a trace that nobody has read through yet.
  public static func recorded(_ records: [FindingRecord]) -> [Finding] {
    struct Key: Hashable {
      let rule: String
      let layer: String
      let parameter: String
      let firstStep: UInt64
    }
    var (order, newest) = ([Key](), [Key: Finding]())
    for record in records {
      let key = Key(
        rule: record.rule, layer: record.layer, parameter: record.parameter,
        firstStep: record.firstStep)
      if newest.updateValue(Finding(record), forKey: key) == nil { order.append(key) }
    }
    return order.compactMap { newest[$0] }
  }
}
