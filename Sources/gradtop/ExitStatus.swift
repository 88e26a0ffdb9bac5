/// How the process ends; sysexits(3) where that has a number.
struct ExitStatus: Equatable {
  let rawValue: Int32

  static let success = ExitStatus(rawValue: 0)
  /// A check failed, or a run broke at what it was to break on.
  static let checkFailed = ExitStatus(rawValue: 1)
  /// Finished, but part of the trace is lost or damaged, or it has no footer.
  static let incomplete = ExitStatus(rawValue: 2)
  static let usage = ExitStatus(rawValue: 64)
  static let badInput = ExitStatus(rawValue: 65)
  static let notFound = ExitStatus(rawValue: 66)
  static let internalError = ExitStatus(rawValue: 70)
  static let cannotCreate = ExitStatus(rawValue: 73)
  static let inputOutput = ExitStatus(rawValue: 74)
  /// A memory budget that cannot be met.
  static let budget = ExitStatus(rawValue: 75)

  static func signal(_ number: Int32) -> ExitStatus { ExitStatus(rawValue: 128 + number) }

  /// Whether it is told where `other` holds as well: a signal, 70, 74, 2, 1, 0, in this order.
  func comesBefore(_ other: ExitStatus) -> Bool {
    func rank(_ status: ExitStatus) -> Int {
      switch status {
      case _ where status.rawValue > 128: 0
      case .internalError: 1
      case .inputOutput: 2
      case .incomplete: 4
      case .checkFailed: 5
      case .success: 6
      default: 3
      }
    }
    return rank(self) < rank(other)
  }
}

/// Something that ends a command, as people are told: where, what, and what to do.
struct Failure: Error {
  var status: ExitStatus
  var place: String
  var what: String
  var hint: String

  init(_ status: ExitStatus, _ place: String, _ what: String, hint: String = "") {
    self.status = status
    self.place = place
    self.what = what
    self.hint = hint
  }

  var description: String {
    (place.isEmpty ? "" : place + ": ") + what + (hint.isEmpty ? "" : "; " + hint)
  }
}
