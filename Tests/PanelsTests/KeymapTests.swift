import Panels
import Screen
import Testing
import TraceSession

@Suite struct KeymapTests {
  private let size = Size(width: 80, height: 24)

  @Test func givesKeysOtherMeanings() throws {
    let scene = Scene(try Sample.tiny.session().snapshot())
    var dashboard = Dashboard()
    dashboard.keymap.bind("quit", to: [.character("x")])
    dashboard.keymap.bind("pause", to: [.character("t"), .function(2)])
    let wanted: [(Key, [Effect])] = [
      (.character("x"), [.quit]), (.character("q"), []), (.character("t"), [.togglePause]),
      (.function(2), [.togglePause]), (.character(" "), []),
    ]
    for (key, effects) in wanted {
      let found = dashboard.handle(.key(key), scene, size: size)
      #expect(found == effects)
    }
  }

  @Test func namesWhatKeysCanMean() {
    let names = Keymap.actionNames
    for name in ["quit", "step_forward", "sort_reverse", "next_panel"] {
      #expect(names.contains(name))
    }
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0 == $0.lowercased() })
  }

  @Test func keepsChosenPanels() throws {
    let scene = Scene(try Sample.tiny.session().snapshot())
    let chosen = Dashboard(panels: ["ops", "overview"]).frame(scene, size).lines()[0]
    #expect(chosen.hasPrefix(" 1 Ops"))
    #expect(chosen.contains("2 Overview"))
    #expect(!chosen.contains("Layers"))
    #expect(Dashboard(panels: []).frame(scene, size).lines()[0].contains("2 Layers"))
  }
}
