/// A scale of colors that a theme gives, for figures that are compared by color.
public enum Ramp: String, CaseIterable, Sendable {
  /// From little to much: time, memory, the size of a gradient.
  case heat
  /// From too little over as it should be, in the middle, to too much.
  case balance
}

/// A place on a ramp.
public struct Shade: Hashable, Sendable {
  /// The scale.
  public var ramp: Ramp
  /// The place on it: 0 is its beginning, 255 its end.
  public var level: UInt8

  /// The place at `fraction`, 0...1, of `ramp`; what lies outside is at the nearer end, and what is
  /// not a number at the beginning.
  public init(_ ramp: Ramp, _ fraction: Double) {
    self.ramp = ramp
    level = fraction > 0 ? UInt8((min(1, fraction) * 255).rounded()) : 0
  }

  /// The place as a fraction of the ramp.
  public var fraction: Double { Double(level) / 255 }

  /// A character that covers so much of a cell, for where there are no colors.
  public func density(_ glyphs: Glyphs) -> Character {
    let steps: [Character] = Array(glyphs == .unicode ? " ░▒▓█" : " .:+#")
    return steps[min(steps.count - 1, Int(fraction * Double(steps.count)))]
  }
}
