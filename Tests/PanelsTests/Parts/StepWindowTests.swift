import Testing

@testable import Panels

@Suite struct StepWindowTests {
  @Test func halvesAroundTheCursor() {
    var window = StepWindow()
    let extent = 0...999
    #expect(window.range(of: extent, around: 10) == extent)
    window.zoomIn(extent)
    #expect(window.range(of: extent, around: 500) == 250...749)
    #expect(window.range(of: extent, around: 10) == 0...499)
    #expect(window.range(of: extent, around: 999) == 500...999)
    window.zoomOut()
    window.zoomOut()
    #expect(window.range(of: extent, around: 10) == extent)
  }

  @Test func stopsAtAFewSteps() {
    var window = StepWindow()
    for _ in 0..<100 { window.zoomIn(0...999) }
    #expect(window.range(of: 0...999, around: 500).count == 16)
    #expect(window.range(of: 0...3, around: 2) == 0...3)
  }

  @Test func mapsColumnsToSteps() {
    let steps = 100...199
    #expect(steps.column(of: 100, width: 50) == 0)
    #expect(steps.column(of: 199, width: 50) == 49)
    #expect(steps.column(of: 99, width: 50) == nil)
    #expect(steps.step(at: 0, width: 50) == 101)
    #expect(steps.step(at: 49, width: 50) == 199)
  }
}
