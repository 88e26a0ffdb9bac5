import TraceFormat

/// What the names in a profile mean, found once for each name.
struct KinetoNames {
  enum Meaning {
    /// An outermost op.
    case unit(Phase, KinetoTexts.ID, accumulates: Bool)
    case module(String)
    case step(UInt64?)
    /// An annotation of the program: what is inside counts.
    case other
  }

  /// By number in the profile's names; nil for names that no slice has.
  private var meanings: [Meaning?]

  init(_ events: KinetoEvents, _ texts: inout KinetoTexts) {
    meanings = Array(repeating: nil, count: events.names.count)
    for slice in events.slices where meanings[Int(slice.name)] == nil {
      meanings[Int(slice.name)] =
        Self.meaning(of: events.names[slice.name], slice.category, &texts)
    }
  }

  subscript(name: Int32) -> Meaning { meanings[Int(name)] ?? .other }

  private static func meaning(
    of name: String, _ category: KinetoEvents.Category, _ texts: inout KinetoTexts
  ) -> Meaning {
    if let rest = name.rest(after: "ProfilerStep#") { return .step(UInt64(rest)) }
    if let rest = name.rest(after: "nn.Module: ") { return .module(rest) }
    let phase: Phase
    var text = name
    if let rest = name.rest(after: "autograd::engine::evaluate_function: ") {
      (phase, text) = (.backward, rest)
    } else if name.hasPrefix("Optimizer.step#") {
      phase = .optimizer
    } else if name.hasPrefix("Optimizer.zero_grad#") {
      phase = .zeroGrad
    } else if name.hasPrefix("enumerate(DataLoader)") {
      phase = .data
    } else {
      guard category == .op else { return .other }
      (phase, text) = (.forward, name.rest(after: "aten::") ?? name)
    }
    return .unit(
      phase, texts.id(of: text),
      accumulates: phase == .backward && text.hasSuffix("AccumulateGrad"))
  }
}

extension String {
  fileprivate func rest(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
