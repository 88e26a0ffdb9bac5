/// Numbers as people read them: three digits that matter, and a unit.
public enum Figure {
  /// `0.0123`, `1.2e-7`, `42.0`, `nan`.
  public static func number(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    if value == 0 { return "0" }
    let size = abs(value)
    if size >= 1e6 || size < 1e-3 { return scientific(value) }
    let places = size >= 100 ? 1 : size >= 1 ? digits - 1 : digits + 1
    return fixed(value, places: max(0, places))
  }

  /// As a person would write it down: `28`, `0.5`, `1.234`, `1.2e-7`.
  public static func plain(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e6, abs(value) >= 1e-3 else {
      return number(value)
    }
    var text = fixed(value, places: abs(value) >= 100 ? 2 : 4)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// `1.2e-7`.
  public static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return number(value) }
    var (mantissa, exponent) = (abs(value), 0)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    if (mantissa * 10).rounded() >= 100 { (mantissa, exponent) = (1, exponent + 1) }
    return (value < 0 ? "-" : "") + fixed(mantissa, places: 1) + "e\(exponent)"
  }

  /// `950`, `1.2k`, `3.4M`.
  public static func count(_ value: Double) -> String {
    scaled(value, by: 1000, ["", "k", "M", "G", "T", "P"], separator: "")
  }

  /// `512 B`, `3.4 MiB`.
  public static func bytes(_ value: Double) -> String {
    scaled(value, by: 1024, ["B", "KiB", "MiB", "GiB", "TiB"], separator: " ")
  }

  /// Nanoseconds as `850 ns`, `12.3 µs`, `1.20 ms`, `3.40 s`.
  public static func duration(_ nanoseconds: Double) -> String {
    scaled(nanoseconds, by: 1000, ["ns", "µs", "ms", "s"], separator: " ")
  }

  /// A fraction as `95.3%`.
  public static func percent(_ fraction: Double) -> String {
    fraction.isFinite ? fixed(100 * fraction, places: 1) + "%" : "–"
  }

  /// With so many digits after the point.
  public static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var unit = 1.0
    for _ in 0..<places { unit *= 10 }
    let digits = (abs(value) * unit).rounded()
    guard digits < 9e18 else { return "\(value)" }
    var text = String(Int(digits))
    while text.utf8.count <= places { text = "0" + text }
    let sign = value < 0 && digits > 0 ? "-" : ""
    return places == 0 ? sign + text : sign + text.dropLast(places) + "." + text.suffix(places)
  }

  private static func scaled(
    _ value: Double, by step: Double, _ units: [String], separator: String
  ) -> String {
    guard value.isFinite else { return number(value) }
    var (scaled, index) = (abs(value), 0)
    while scaled >= step * 0.9995, index + 1 < units.count {
      (scaled, index) = (scaled / step, index + 1)
    }
    let isWhole = index == 0 && scaled == scaled.rounded()
    let places = isWhole ? 0 : scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2
    return (value < 0 ? "-" : "") + fixed(scaled, places: places) + separator + units[index]
  }
}
