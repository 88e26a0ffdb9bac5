import Screen
import Testing

@Suite struct KeyNameTests {
  @Test(arguments: [
    ("a", Key.character("a")), ("é", .character("é")), ("Space", .character(" ")),
    ("space", .character(" ")), ("Esc", .escape), ("F5", .function(5)), ("f12", .function(12)),
    ("Shift-Tab", .backTab), ("PageUp", .pageUp),
  ])
  func reads(name: String, key: Key) {
    #expect(Key(named: name) == key)
    #expect(Key(named: key.name) == key)
  }

  @Test(arguments: ["", "ab", "F13", "F0", "Ctrl-A", "\u{1B}", "\n"])
  func refuses(name: String) {
    #expect(Key(named: name) == nil)
  }
}
