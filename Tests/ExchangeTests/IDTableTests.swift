import Testing

@testable import Exchange

@Suite struct IDTableTests {
  @Test func anyIDIsGood() {
    var table = IDTable<String>()
    let ids: [UInt32] = [0, 5, 3, 65_535, 65_536, .max]
    for id in ids {
      #expect(table[id] == nil)
      table[id] = "\(id)"
    }
    for id in ids { #expect(table[id] == "\(id)") }
    #expect(table[4] == nil && table[70_000] == nil)
    table.removeAll()
    for id in ids { #expect(table[id] == nil) }
  }
}
