/// Sizes as people write them.
public enum ByteSize {
  private static let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0)]

  /// The bytes of `64MiB`, `1.5 GiB`, `4096`; nil where that is no size from 1 up.
  public static func parse(_ text: String) -> Int? {
    var (number, shift) = (Substring(text), 0)
    if let (unit, power) = units.first(where: { number.hasSuffix($0.0) }) {
      number = number.dropLast(unit.count)
      shift = power
      while number.last == " " { number.removeLast() }
    }
    guard let first = number.first, first.isASCII, first.isNumber || first == ".",
      let value = Double(number), value.isFinite
    else { return nil }
    let bytes = (value * Double(1 << shift)).rounded(.down)
    return bytes >= 1 && bytes < 9e18 ? Int(bytes) : nil
  }

  /// What `parse` takes.
  public static let form = "a size such as 64MiB (KiB, MiB, GiB or bytes)"
}
