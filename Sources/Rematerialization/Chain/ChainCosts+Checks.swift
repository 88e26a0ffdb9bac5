extension ChainCosts {
  /// The most stages of a chain: its tables grow with the square of that.
  public static let stageLimit = 4096

  /// Every sum of sizes that a solver makes stays below this.
  static let byteLimit = Int.max / 64

  func check() throws(CostError) {
    guard !stages.isEmpty else { throw CostError("", "a chain has at least one stage") }
    guard stages.count <= Self.stageLimit else {
      throw CostError("", "\(stages.count) stages, at most \(Self.stageLimit) can be planned")
    }
    var total = 0
    try Self.add(input, "a[0]", to: &total)
    try Self.add(inputGradient, "delta[0]", to: &total)
    var time = 0.0
    for (index, stage) in stages.enumerated() {
      try Self.add(stage.output, "a[\(index + 1)]", to: &total)
      try Self.add(stage.gradient, "delta[\(index + 1)]", to: &total)
      try Self.add(stage.forwardWorkspace, "of[\(index)]", to: &total)
      try Self.add(stage.forwardTime, "uf[\(index)]", to: &time)
      guard !stage.savings.isEmpty else {
        throw CostError("abar[\(index)]", "a stage has at least one way of saving")
      }
      for saving in stage.savings {
        try Self.add(saving.saved, "abar[\(index)]", to: &total)
        try Self.add(saving.held, "abar[\(index)]", to: &total)
        try Self.add(saving.forwardWorkspace, "of[\(index)]", to: &total)
        try Self.add(saving.backwardWorkspace, "ob[\(index)]", to: &total)
        try Self.add(saving.lasting, "ob[\(index)]", to: &total)
        try Self.add(saving.forwardTime, "uf[\(index)]", to: &time)
        try Self.add(saving.closingTime, "uf[\(index)]", to: &time)
        try Self.add(saving.backwardTime, "ub[\(index)]", to: &time)
      }
    }
  }

  private static func add(_ bytes: Int, _ place: String, to total: inout Int) throws(CostError) {
    guard bytes >= 0 else { throw CostError(place, "a size is not negative, found \(bytes)") }
    let (sum, overflows) = total.addingReportingOverflow(bytes)
    guard !overflows, sum <= byteLimit else {
      throw CostError(place, "the sizes together are too large to be counted")
    }
    total = sum
  }

  private static func add(_ time: Double, _ place: String, to total: inout Double)
    throws(CostError)
  {
    guard time >= 0, time.isFinite, (total + time).isFinite else {
      throw CostError(place, "a time is a number from 0 up, found \(time)")
    }
    total += time
  }
}
