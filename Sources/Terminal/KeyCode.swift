internal import CNcurses
internal import Screen

/// ncurses' numbers as keys.
enum KeyCode {
  /// A key that sends a sequence.
  static func key(ofFunction code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_ENTER: .enter
    case KEY_BTAB: .backTab
    case KEY_F0 + 1...KEY_F0 + 12: .function(Int(code - KEY_F0))
    default: nil
    }
  }

  /// A key that sends a character.
  static func key(ofCharacter code: UInt32) -> Key? {
    switch code {
    case 0x0D, 0x0A: .enter
    case 0x09: .tab
    case 0x1B: .escape
    case 0x7F, 0x08: .backspace
    case ..<0x20: nil
    default: Unicode.Scalar(code).map { .character(Character($0)) }
    }
  }
}
