import Testing

@testable import Panels

/// Lines beside a graph.
@Suite struct RailsTests {
  private func picture(_ inputs: [[Int]], isASCII: Bool = false) -> [String] {
    let rails = Rails(inputs)
    return rails.rows.indices.map { index in
      let text = String(rails.text(index, isASCII: isASCII))
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  @Test func aChainIsOneLane() {
    #expect(picture([[], [0], [1], [2]]) == ["●", "●", "●", "●"])
  }

  @Test func aSkipConnectionPassesBy() {
    // x → norm → linear → +, and x → +.
    #expect(picture([[], [0], [1], [0, 2], [3]]) == ["●", "├─●", "│ ●", "●─╯", "●"])
  }

  @Test func skipsNest() {
    #expect(
      picture([[], [0], [1], [2], [1, 3], [0, 4]])
        == ["●", "├─●", "│ ├─●", "│ │ ●", "│ ●─╯", "●─╯"])
  }

  @Test func sourcesMeet() {
    // x, w, b; w·x; + b; squared.
    #expect(
      picture([[], [], [], [0, 1], [3, 2], [4]]) == ["●", "│ ●", "│ │ ●", "●─╯ │", "●───╯", "●"])
  }

  @Test func severalMeetAtOnce() {
    #expect(picture([[], [], [], [], [0, 1, 2, 3]]).last == "●─┴─┴─╯")
  }

  @Test func linesCross() {
    // Row 3 takes 0 and 2 while 1 passes between them.
    #expect(picture([[], [], [], [0, 2], [1, 3]])[3] == "●─┼─╯")
  }

  @Test func drawsWithoutUnicode() {
    #expect(picture([[], [0], [1], [0, 2]], isASCII: true) == ["o", "+-o", "| o", "o-'"])
  }

  @Test func leavesOutWhatIsNoEarlierRow() {
    #expect(picture([[5, -1, 0], [1]]) == ["●", "●"])
    #expect(Rails([]).width == 0)
  }

  /// A lane is free for others as soon as its value has been taken for the last time.
  @Test func aDeepNetworkNeedsFewLanes() {
    var inputs: [[Int]] = [[]]
    for _ in 0..<1000 {
      let x = inputs.count - 1
      inputs += [[x], [x + 1], [x, x + 2]]
    }
    let rails = Rails(inputs)
    #expect(rails.width == 2)
    #expect(rails.rows.count == 3001)
  }
}
