/// A key of the keyboard.
public enum Key: Hashable, Sendable {
  case character(Character)
  case up, down, left, right
  case enter, tab, backTab, escape, backspace, delete
  case home, end, pageUp, pageDown
  case function(Int)
}

/// Something that a person or the system did.
public enum Input: Equatable, Sendable {
  case key(Key)
  /// The left button went down.
  case click(Point)
  /// The pointer moved with the left button down; the first point is where that went down.
  case drag(Point, to: Point)
  /// The left button came up after a drag.
  case drop(Point, to: Point)
  /// The wheel turned by so many notches; negative is up.
  case wheel(Int, at: Point)
  /// The terminal has another size.
  case resize
  /// The process was asked to end.
  case signal(Int32)
}
