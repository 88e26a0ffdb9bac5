import Foundation
import Testing

/// Scripts that complete command lines, tried in the shells that are there.
@Suite struct CompletionTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  /// What bash would offer for the last of `words`.
  private func completions(_ words: String...) throws -> [String] {
    let script = try gradtop.run("completion", "bash").output
    try script.write(to: gradtop.folder.file("complete.bash"), atomically: true, encoding: .utf8)
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try gradtop.shell(
      "bash",
      """
      source complete.bash
      COMP_WORDS=(gradtop \(list))
      COMP_CWORD=\(words.count)
      _gradtop
      printf '%s\\n' "${COMPREPLY[@]}"
      """)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    return outcome.lines.map(String.init).sorted()
  }

  @Test func commands() throws {
    let all = try completions("")
    for command in ["run", "replay", "frame", "themes", "completion", "help", "--version"] {
      #expect(all.contains(command))
    }
    #expect(try completions("exp") == ["export"])
  }

  @Test func options() throws {
    #expect(try completions("run", "--no-i") == ["--no-instrument"])
    #expect(try completions("frame", "--fo") == ["--format"])
    let frame = try completions("frame", "-")
    #expect(frame.contains("-o"))
    #expect(!frame.contains("--headless"))
  }

  @Test func values() throws {
    #expect(try completions("frame", "--format", "") == ["ansi", "png", "svg", "text"])
    #expect(try completions("frame", "--format", "=", "s") == ["svg"])
    #expect(try completions("info", "--format", "") == ["json", "text"])
    #expect(try completions("export", "--table", "st") == ["steps"])
    #expect(try completions("completion", "") == ["bash", "fish", "zsh"])
    #expect(try completions("help", "inf") == ["info"])
    #expect(try completions("run", "--seed", "") == [])
  }

  @Test func files() throws {
    try Data().write(to: gradtop.folder.file("a run.mcap"))
    #expect(try completions("replay", "a") == ["a run.mcap"])
    #expect(try completions("run", "--trace", "a") == ["a run.mcap"])
  }

  @Test(arguments: [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])])
  func parses(shell: String, check: [String]) throws {
    let script = try gradtop.run("completion", shell)
    #expect(script.status == 0)
    #expect(script.output.contains("gradtop"))
    try script.output.write(
      to: gradtop.folder.file("script"), atomically: true, encoding: .utf8)
    guard Gradtop.has(shell) else { return }
    let outcome = try gradtop.shell(shell, nil, check + ["script"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
  }

  @Test func zshOffersOptions() throws {
    guard Gradtop.has("zsh") else { return }
    let script = try gradtop.run("completion", "zsh").output
    try script.write(to: gradtop.folder.file("_gradtop"), atomically: true, encoding: .utf8)
    let outcome = try gradtop.shell(
      "zsh",
      """
      fpath=($PWD $fpath)
      autoload -Uz compinit && compinit -u -d dump
      whence -w _gradtop
      print $_comps[gradtop]
      """)
    #expect(outcome.lines.contains("_gradtop"))
  }

  @Test func unknownShell() throws {
    let outcome = try gradtop.run("completion", "tcsh")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors == "gradtop: completion: unknown shell \"tcsh\"; valid are: bash, zsh, fish\n")
  }

  @Test func manualPage() throws {
    let page = try gradtop.run("help", "--man")
    #expect(page.status == 0)
    for command in ["run", "frame", "completion"] {
      #expect(page.output.contains(".SS gradtop \(command)"))
    }
    #expect(page.output.contains("\\fB\\-\\-no\\-instrument\\fR"))
    guard Gradtop.has("groff") else { return }
    try page.output.write(to: gradtop.folder.file("gradtop.1"), atomically: true, encoding: .utf8)
    let shown = try gradtop.shell("groff", nil, ["-man", "-Tascii", "-ww", "gradtop.1"])
    #expect(shown.status == 0)
    #expect(shown.errors == "")
  }
}

extension Gradtop {
  static func has(_ program: String) -> Bool {
    ["/bin", "/usr/bin", "/usr/local/bin"].contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  /// Runs another program in the folder, with `gradtop` on its path: `text` as a script, or
  /// `arguments` as they are.
  func shell(
    _ program: String, _ text: String?, _ arguments: [String] = []
  ) throws -> Outcome {
    let name = UUID().uuidString
    let process = process(
      [
        "PATH=\(Self.executable.deletingLastPathComponent().path):/usr/local/bin:/usr/bin:/bin",
        program,
      ]
        + (text.map { ["-c", $0] } ?? arguments))
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.standardOutput = try folder.create(name + ".out")
    process.standardError = try folder.create(name + ".err")
    try process.run()
    return finish(process, streams: name)
  }
}
