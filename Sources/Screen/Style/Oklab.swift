import Glibc

/// A color in Oklab, where equal distances look equal: what gradients are mixed in.
///
/// Source: B. Ottosson, "A perceptual color space for image processing", 2020.
struct Oklab: Equatable {
  var lightness: Double
  var a: Double
  var b: Double

  /// An sRGB color, each part 0...255.
  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    let (r, g, b) = (Self.linear(red), Self.linear(green), Self.linear(blue))
    let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    self.b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
  }

  /// The color `fraction` of the way to `other`.
  func mixed(with other: Oklab, _ fraction: Double) -> Oklab {
    var mixed = self
    mixed.lightness += fraction * (other.lightness - lightness)
    mixed.a += fraction * (other.a - a)
    mixed.b += fraction * (other.b - b)
    return mixed
  }

  /// The nearest sRGB color, each part 0...255.
  var rgb: (UInt8, UInt8, UInt8) {
    func cube(_ value: Double) -> Double { value * value * value }
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return (
      Self.encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      Self.encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      Self.encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)
    )
  }

  private static func linear(_ part: UInt8) -> Double {
    let value = Double(part) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  private static func encoded(_ value: Double) -> UInt8 {
    let value = min(1, max(0, value))
    let part = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
    return UInt8((part * 255).rounded())
  }
}
