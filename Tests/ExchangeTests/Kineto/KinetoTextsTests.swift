import Testing

@testable import Exchange

@Suite struct KinetoTextsTests {
  @Test func eachTextHasOneNumber() {
    var texts = KinetoTexts()
    let names = ["linear", "", "größer", "linear", "Net_0/Linear_1"]
    let ids = names.map { texts.id(of: $0) }
    #expect(ids.map { texts[$0] } == names)
    #expect(ids[0] == ids[3] && ids[1] == .empty)
    #expect(Set(ids).count == 4)
  }
}
