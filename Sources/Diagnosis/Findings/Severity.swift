/// How bad a finding is; the worst is the greatest.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  /// Worth knowing.
  case note
  /// It learns worse than it should.
  case warning
  /// Training is broken, or about to be.
  case error

  /// Whether `left` is less bad than `right`.
  public static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    }
  }
}

/// What decides how bad a finding is.
public enum Gravity: Equatable, Sendable {
  /// The rule alone: this much.
  case fixed(Severity)
  /// Whether the run learns all the same: then it is a note, where it learns slowly a warning, where
  /// it does not learn an error, but never more than this.
  case unlessLearning(atMost: Severity)

  /// How bad it is while the run is at `progress`.
  func severity(_ progress: LearningProgress.State) -> Severity {
    switch (self, progress) {
    case (.fixed(let severity), _): severity
    case (.unlessLearning, .early), (.unlessLearning, .learning): .note
    case (.unlessLearning(let most), .slow): min(most, .warning)
    case (.unlessLearning(let most), .stuck): most
    }
  }
}
