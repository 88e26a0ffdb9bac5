/// Something that is wrong with the run, as its producer wrote it: when it opens, changes and closes.
public struct FindingRecord: Equatable, Sendable {
  /// `vanishing_gradient`, ...
  public var rule = ""
  /// `note`, `warning` or `error`.
  public var severity = ""
  /// The path of the layer that it is about; empty: none.
  public var layer = ""
  /// The name of the parameter that it is about; empty: none.
  public var parameter = ""
  /// The first step in which it was so.
  public var firstStep: UInt64 = 0
  /// The last step in which it was so, as far as is known.
  public var lastStep: UInt64 = 0
  /// What was measured when it opened.
  public var value: Double?
  /// What it should not have passed.
  public var limit: Double?
  /// Steps that it takes to be sure.
  public var window: UInt64?
  /// What is wrong, why it matters and what helps.
  public var message = ""
  /// Whether it goes on.
  public var isOpen = false

  /// An empty finding, to be filled in.
  public init() {}
}
