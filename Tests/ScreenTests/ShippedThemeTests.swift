import Foundation
import Screen
import Testing

@Suite struct ShippedThemeTests {
  private static let names = [
    "dark", "light", "high-contrast", "color-blind-safe", "solarized", "gruvbox", "nord", "dracula",
    "monochrome",
  ]

  @Test func shipsNine() {
    #expect(Theme.shipped.map(\.name) == Self.names)
  }

  private func shipped(_ name: String) throws -> Theme {
    try #require(Theme.shipped.first { $0.name == name })
  }

  @Test(arguments: names) func namesEachRole(name: String) throws {
    let theme = try shipped(name)
    let file = URL(filePath: #filePath).appending(path: "../../../themes/\(theme.name).theme")
    let text = try String(contentsOf: file.standardized, encoding: .utf8)
    let roles = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.prefix { $0 != " " } }
    let wanted = Role.allCases.map(\.rawValue) + Ramp.allCases.map(\.rawValue)
    #expect(Set(roles.map(String.init)) == Set(wanted))
    #expect(roles.count == wanted.count)
  }

  /// Text can be read: WCAG's contrast of at least 3, of 7 where a theme promises it.
  @Test(arguments: names) func canBeRead(name: String) throws {
    let theme = try shipped(name)
    let lines: Set<Role> = [.border, .gaugeEmpty]
    for role in Role.allCases where !lines.contains(role) {
      let paint = theme[role]
      let contrast = Light(paint.foreground).contrast(to: Light(paint.background))
      let least = theme.name == "high-contrast" ? 7.0 : role == .dim || role == .data ? 2.7 : 3
      #expect(contrast >= least, "\(theme.name) \(role): \(contrast)")
    }
  }

  /// The heat of a ramp grows with its light, so that it is right in gray, too.
  @Test(arguments: names) func heatIsMonotonic(name: String) throws {
    let theme = try shipped(name)
    let lights = (0...16).map { Light(theme[Shade(.heat, Double($0) / 16)]).value }
    let isRising = lights[0] < lights[16]
    for (before, after) in zip(lights, lights.dropFirst()) {
      #expect(isRising ? after > before - 0.01 : after < before + 0.01, "\(theme.name) \(lights)")
    }
  }

  /// What must be told apart can be, with each of the two common kinds of color blindness.
  @Test(arguments: [ColorVision.protanopia, .deuteranopia])
  func colorBlindSafeIsSafe(vision: ColorVision) throws {
    let theme = try shipped("color-blind-safe")
    let groups: [[Role]] = [
      [.good, .warning, .error], [.forward, .recompute, .backward, .optimizer, .data],
      [.parameter, .optimizerState, .input, .temporary, .activation, .gradient],
    ]
    for group in groups {
      for (index, a) in group.enumerated() {
        for b in group.dropFirst(index + 1) {
          let distance = vision.distance(theme[a].foreground, theme[b].foreground)
          #expect(distance > 0.04, "\(a) and \(b): \(distance)")
        }
      }
    }
  }
}

/// Relative luminance as WCAG 2 defines it.
private struct Light {
  var value: Double

  init(_ color: Color) {
    let (red, green, blue) = ColorVision.linear(color)
    value = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  func contrast(to other: Light) -> Double {
    (max(value, other.value) + 0.05) / (min(value, other.value) + 0.05)
  }
}

/// How colors look to people without one kind of cone.
///
/// Source: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color
/// vision deficiency", 2009, severity 1.
enum ColorVision: Sendable {
  case protanopia, deuteranopia

  private var matrix: [[Double]] {
    switch self {
    case .protanopia:
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]
    case .deuteranopia:
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]
    }
  }

  static func linear(_ color: Color) -> (Double, Double, Double) {
    let (red, green, blue) = color.components ?? (0, 0, 0)
    func linear(_ part: UInt8) -> Double {
      let value = Double(part) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return (linear(red), linear(green), linear(blue))
  }

  /// How far apart two colors look; 0.02 is barely seen.
  func distance(_ a: Color, _ b: Color) -> Double {
    let (x, y) = (seen(a), seen(b))
    return zip(x, y).map { pow($0 - $1, 2) }.reduce(0, +).squareRoot()
  }

  /// In a space where distances are even enough: cube roots of light.
  private func seen(_ color: Color) -> [Double] {
    let (red, green, blue) = Self.linear(color)
    return matrix.map { row in cbrt(max(0, row[0] * red + row[1] * green + row[2] * blue)) }
  }
}
