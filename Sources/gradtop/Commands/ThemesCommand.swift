import Glibc
import Pictures
import Screen

/// `gradtop themes`: each theme, shown by a sample in its colors.
struct ThemesCommand {
  private let usesColor: Bool

  init(_ arguments: Arguments) throws(Failure) {
    guard arguments.operands.isEmpty else {
      throw Failure(.usage, "themes", "no operand is expected, found \(arguments.operands[0])")
    }
    usesColor =
      arguments.usesColor && isatty(STDOUT_FILENO) == 1
  }

  func run() throws(Failure) -> ExitStatus {
    let catalogue = ThemeCatalogue()
    for entry in catalogue.entries {
      let place = entry.file ?? "built in"
      if usesColor {
        try printOutput(
          ANSIPicture(Self.sample(entry.theme, place), theme: entry.theme).text + "\n")
      } else {
        let gap = String(repeating: " ", count: max(1, 20 - entry.theme.name.count))
        try printOutput(entry.theme.name + gap + place + "\n")
      }
    }
    for problem in catalogue.problems { printError("gradtop: \(problem)") }
    return .success
  }

  /// What most of the dashboard is made of.
  private static func sample(_ theme: Theme, _ place: String) -> Canvas {
    var canvas = Canvas(width: 78, height: 7)
    let inside = canvas.drawFrame(canvas.bounds, title: theme.name, note: place)
    func write(_ words: [(String, Role)], row: Int) {
      var x = inside.x + 1
      for (word, role) in words {
        x = canvas.write(word, at: Point(x: x, y: inside.y + row), Style(role), in: inside) + 2
      }
    }
    write(
      [
        ("value", .value), ("label", .label), ("dim", .dim), ("good", .good),
        ("warning", .warning), ("error", .error), ("header", .header),
      ], row: 0)
    let phases: [Role] = [.forward, .recompute, .backward, .optimizer, .data]
    canvas.drawStackedBar(
      phases.map { (0.2, Style($0)) },
      in: Rect(x: inside.x + 1, y: inside.y + 1, width: 40, height: 1))
    write(phases.map { ("■ \($0.rawValue)", $0) }, row: 2)
    write(
      [Role.parameter, .optimizerState, .activation, .gradient, .temporary, .input]
        .map { ("■ \($0.rawValue)", $0) }, row: 3)
    for (row, ramp) in Ramp.allCases.enumerated() {
      for x in 0..<36 {
        var style = Style(.text)
        style.ground = Shade(ramp, Double(x) / 35)
        canvas[inside.x + 1 + 38 * row + x, inside.y + 4] = Cell(character: " ", style: style)
      }
    }
    canvas.restyle(Rect(x: inside.x + 44, y: inside.y + 1, width: 31, height: 1)) {
      $0.background = .selection
    }
    canvas.write(
      "the row under the cursor", at: Point(x: inside.x + 45, y: inside.y + 1),
      selectionStyle, in: inside)
    return canvas
  }

  private static var selectionStyle: Style {
    var style = Style(.text)
    style.background = .selection
    return style
  }
}
