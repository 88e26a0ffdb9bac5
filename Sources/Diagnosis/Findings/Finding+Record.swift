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
    let rule = RuleName(rawValue: record.rule)
    guard Self.producersRules.contains(rule) else { return nil }
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
}
