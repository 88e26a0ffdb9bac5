import Testing

@testable import Panels

@Suite struct DepthProfileTests {
  @Test func fitsAGeometricSeries() throws {
    // Doubles with each layer on the way from the input: halves on the way back.
    let profile = DepthProfile([1, 2, 4, nil, 16])
    #expect(try abs(#require(profile.gain) - 0.5) < 1e-9)
    #expect(try abs(#require(profile.decades) - 4 * 2.0.decimalLogarithm) < 1e-9)
    #expect(try abs(#require(profile.line(at: 3)) - 8.0.decimalLogarithm) < 1e-9)
  }

  @Test func needsTwoValues() {
    #expect(DepthProfile([]).gain == nil)
    #expect(DepthProfile([nil, 3, 0, .nan, .infinity]).gain == nil)
  }

  @Test func scalesDecades() throws {
    let scale = try #require(DecadeScale([0.01, 100, 0, .nan]))
    #expect(abs(scale.position(1) - 0.5) < 1e-9)
    #expect(scale.position(0) == 0 && scale.position(1e9) == 1)
    // Noise is not stretched over all colors.
    let narrow = try #require(DecadeScale([1, 1.01]))
    #expect(abs(narrow.high - narrow.low - 1) < 1e-9)
    let rounded = try #require(DecadeScale([1e-3 / 3 * 3, 20], rounded: 0.25))
    #expect((rounded.low, rounded.high) == (-3, 1.5))
    #expect(DecadeScale([0, -1]) == nil)
  }
}
