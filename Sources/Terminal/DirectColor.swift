internal import CNcurses
import Glibc

/// A terminal's description with colors of 24 bits.
///
/// Terminals that take red, green and blue seldom say so in terminfo, but in `COLORTERM`. curses
/// believes terminfo alone; so its description is written anew, with these colors, and handed to
/// curses in `TERMINFO` as term(5) and ncurses(3x) allow: `hex:` and the compiled form.
enum DirectColor {
  /// The number of the first of the terminal's 256 own colors; below are red, green and blue.
  static let firstIndex: Int32 = 0x100_0000

  /// `\E[38;2;r;g;bm`, or `\E[38;5;im` for one of the terminal's own.
  private static func setter(_ kind: Int) -> String {
    let own = "%p1%{\(firstIndex)}%-"
    return "\u{1B}[\(kind);%?%p1%{\(firstIndex)}%<%t2;%p1%{65536}%/%d;"
      + "%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%e5;\(own)%d%;m"
  }

  /// Has curses use these colors on the terminal named by `TERM`, where that can.
  ///
  /// - Returns: Whether it will, from the next `newterm` on.
  static func prepare(_ terminal: Int32) -> Bool {
    guard let name = getenv("TERM").map({ String(cString: $0) }), !name.isEmpty else {
      return false
    }
    var problem: Int32 = 0
    guard setupterm(nil, terminal, &problem) == OK else { return false }
    defer { del_curterm(gradtop_terminal()) }
    let declared = getenv("COLORTERM").map { String(cString: $0) } ?? ""
    guard ["truecolor", "24bit"].contains(declared) || gradtop_flag("RGB") > 0,
      let description = description(named: name)
    else { return false }
    setenv("TERMINFO", description, 1)
    return true
  }

  /// The description of the terminal that curses has just been set up with, as `TERMINFO` takes it;
  /// nil where it has no colors at all.
  ///
  /// - Parameter name: The terminal's name, by which curses looks it up.
  static func description(named name: String) -> String? {
    guard number("colors") >= 8 else { return nil }
    var entry = CompiledTerminfo(names: name)
    entry.flags = names(gradtop_flag_name).map { gradtop_flag($0) > 0 }
    entry.numbers = names(gradtop_number_name).map { number($0) }
    entry.strings = names(gradtop_string_name).map { string($0) }
    let (numbers, strings) = (names(gradtop_number_name), names(gradtop_string_name))
    for (name, value) in [("colors", firstIndex + 256), ("pairs", 0x7FFF)] {
      numbers.firstIndex(of: name).map { entry.numbers[$0] = value }
    }
    for (name, kind) in [("setaf", 38), ("setab", 48)] {
      strings.firstIndex(of: name).map { entry.strings[$0] = Array(setter(kind).utf8) }
    }
    // The palette stays as it is.
    for name in ["initc", "oc"] { strings.firstIndex(of: name).map { entry.strings[$0] = nil } }
    entry.extendedFlags = ["RGB"]
    entry.extendedStrings = ["XM", "kmous2"].compactMap { name in
      string(name).map { (name, $0) }
    }
    return "hex:"
      + entry.bytes.map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
      }.joined()
  }

  private static func names(_ list: (Int32) -> UnsafePointer<CChar>?) -> [String] {
    var names: [String] = []
    while let name = list(Int32(names.count)) { names.append(String(cString: name)) }
    return names
  }

  private static func number(_ name: String) -> Int32 { gradtop_number(name) }

  private static func string(_ name: String) -> [UInt8]? {
    gradtop_string(name).map { Array(UnsafeBufferPointer(start: $0, count: strlen($0))) }
      .map { $0.map { UInt8(bitPattern: $0) } }
  }
}

/// A description of a terminal in the compiled form of term(5), with numbers of 32 bits.
struct CompiledTerminfo {
  var names: String
  var flags: [Bool] = []
  /// Negative: absent.
  var numbers: [Int32] = []
  var strings: [[UInt8]?] = []
  var extendedFlags: [String] = []
  var extendedStrings: [(name: String, value: [UInt8])] = []

  init(names: String) { self.names = names }

  private static let magic = 0o1036

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func short(_ value: Int) { bytes += [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    func align() { if bytes.count % 2 == 1 { bytes.append(0) } }
    let table = strings.compactMap { $0 }.reduce(0) { $0 + $1.count + 1 }
    for count in [
      Self.magic, names.utf8.count + 1, flags.count, numbers.count, strings.count, table,
    ] {
      short(count)
    }
    bytes += Array(names.utf8) + [0]
    bytes += flags.map { $0 ? 1 : 0 }
    align()
    for number in numbers { bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
    var offset = 0
    for string in strings {
      short(string == nil ? 0xFFFF : offset)
      offset += string.map { $0.count + 1 } ?? 0
    }
    for string in strings { bytes += string.map { $0 + [0] } ?? [] }
    align()
    appendExtension(to: &bytes)
    return bytes
  }

  /// Names that term(5) does not know: flags and strings, then the names of both.
  private func appendExtension(to bytes: inout [UInt8]) {
    func short(_ value: Int) { bytes += [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
    let names = extendedFlags + extendedStrings.map(\.name)
    let values = extendedStrings.reduce(0) { $0 + $1.value.count + 1 }
    let table = values + names.reduce(0) { $0 + $1.utf8.count + 1 }
    for count in [
      extendedFlags.count, 0, extendedStrings.count, extendedStrings.count + names.count, table,
    ] { short(count) }
    bytes += extendedFlags.map { _ in 1 }
    if bytes.count % 2 == 1 { bytes.append(0) }
    var offset = 0
    for string in extendedStrings {
      short(offset)
      offset += string.value.count + 1
    }
    offset = 0
    for name in names {
      short(offset)
      offset += name.utf8.count + 1
    }
    for string in extendedStrings { bytes += string.value + [0] }
    for name in names { bytes += Array(name.utf8) + [0] }
  }
}
