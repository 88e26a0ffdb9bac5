import Foundation
import Glibc
import Testing

/// Runs whose trace, or whose life, is cut short.
@Suite struct TraceLossTests {
  let gradtop: Gradtop

  init() throws { gradtop = try Gradtop() }

  /// Runs a command line of the shell, in which `$GRADTOP` is the program.
  private func shell(_ line: String) throws -> Outcome {
    let process = gradtop.process(["-c", line])
    process.executableURL = URL(filePath: "/bin/bash")
    // A model of a few numbers: 4000 steps of it wait for the writer at most, and none is dropped.
    let names = [
      "GRADTOP": Gradtop.executable.path, "MODEL": Gradtop.sample("worked-example.json"),
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(names) { $1 }
    let (output, errors) = (
      try gradtop.folder.create("shell.out"), try gradtop.folder.create("shell.err")
    )
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return gradtop.finish(process, streams: "shell")
  }

  @Test func aFullDiskDoesNotEndTheTraining() throws {
    // Blocks of 1024 bytes.
    let run = try shell(
      "ulimit -f 64; exec $GRADTOP run --headless --quiet --steps 4000 --trace t.mcap $MODEL")
    #expect(run.status == 74)
    #expect(run.lines.contains("steps: 4000"))
    let loss = /gradtop: t\.mcap: write: File too large; (\d+) steps are not in the trace\n/
    let match = try #require(run.errors.wholeMatch(of: loss))
    let info = try gradtop.run("info", "t.mcap")
    #expect(info.status == 2)
    #expect(info.lines.contains("ended: no"))
    #expect(info.lines.contains("gaps: 0"))
    let written = try #require(info.lines.first { $0.hasPrefix("steps: ") }?.dropFirst(7))
    #expect((Int(written) ?? 0) + (Int(match.1) ?? 0) == 4000)
  }

  @Test func aFolderThatVanishesDoesNotEndTheTraining() throws {
    let run = try shell(
      """
      mkdir gone
      $GRADTOP run --headless --quiet --steps 4000 --trace gone/t.mcap $MODEL & run=$!
      until [ -s gone/t.mcap ]; do sleep 0.05; done
      rm -r gone
      wait $run
      """)
    #expect(run.status == 74)
    #expect(run.lines.contains("steps: 4000"))
    #expect(
      run.errors
        == "gradtop: gone/t.mcap: close: No such file or directory; "
        + "4000 steps are not in the trace\n")
  }

  @Test func aTraceGoesThroughAPipe() throws {
    let run = try shell(
      "$GRADTOP run --headless --quiet --steps 30 --trace - $MODEL 2>summary | $GRADTOP replay -")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(run.lines.contains("steps: 30"))
    #expect(run.lines.contains("ended: yes"))
    #expect(gradtop.folder.text("summary").contains("\nsteps: 30\n"))
  }

  /// Who reads may leave when they have seen enough.
  @Test func aPipeThatIsClosedIsNoError() throws {
    let run = try shell(
      """
      set -o pipefail
      $GRADTOP run --headless --quiet --steps 4000 --trace - $MODEL 2>summary | head -c 20000 >part
      """)
    #expect(run.status == 0)
    #expect(gradtop.folder.text("summary").hasPrefix("trace: -\nsteps: 4000\n"))
    let info = try gradtop.run("info", "part")
    #expect(info.status == 2)
    #expect(info.lines.contains("gaps: 0"))
  }

  /// A few of what `make soak` does hundreds of times.
  @Test(arguments: [50, 150, 400]) func aKilledRunLeavesAReadableTrace(milliseconds: Int32) throws {
    let run = gradtop.process(
      ["run", "--headless", "--quiet", "--steps", "100000000", "--trace", "t.mcap"])
    try run.run()
    let begins = eventually {
      (try? gradtop.run("info", "t.mcap"))?.keys.contains("last_step") == true
    }
    _ = poll(nil, 0, milliseconds)
    kill(run.processIdentifier, SIGKILL)
    run.waitUntilExit()
    #expect(begins)
    let info = try gradtop.run("info", "t.mcap")
    #expect(info.status == 2)
    for line in ["ended: no", "gaps: 0", "first_step: 0"] {
      #expect(info.lines.contains(line[...]))
    }

    #expect(try gradtop.run("info", "t.mcap", "--repair", "-o", "whole.mcap").status == 2)
    let whole = try gradtop.run("info", "whole.mcap")
    #expect(whole.status == 0)
    #expect(whole.lines.contains("ended: yes"))
    func steps(_ outcome: Outcome) -> Substring? { outcome.lines.first { $0.hasPrefix("steps: ") } }
    #expect(steps(whole) == steps(info))
    let table = try gradtop.run("export", "whole.mcap", "--format", "csv", "--table", "steps")
    #expect(table.status == 0)
    let numbers = table.lines.dropFirst().map { $0.prefix { $0 != "," } }
    #expect(numbers == (0..<numbers.count).map { Substring(String($0)) })
  }

  @Test func repairWantsAnotherFile() throws {
    let trace = Gradtop.sample("vanishing.mcap")
    let alone = try gradtop.run("info", trace, "--repair")
    #expect(alone.status == 64)
    #expect(
      alone.errors
        == "gradtop: info --repair: --repair and --output go together; "
        + "gradtop info TRACE --repair -o FILE\n")
    try Data(contentsOf: URL(filePath: trace)).write(to: gradtop.folder.file("t.mcap"))
    let same = try gradtop.run("info", "t.mcap", "--repair", "-o", "./t.mcap")
    #expect(same.status == 64)
    #expect(
      same.errors == "gradtop: ./t.mcap: this would overwrite what is read; name another file\n")
    #expect(try gradtop.run("info", "t.mcap").status == 0)
  }

  @Test func recordsOfADamagedFileAreListedAllTheSame() throws {
    let whole = try Data(contentsOf: URL(filePath: Gradtop.sample("vanishing.mcap")))
    try whole.dropLast(100).write(to: gradtop.folder.file("cut.mcap"))
    let listing = try gradtop.run("info", "cut.mcap", "--records")
    #expect(listing.status == 2)
    #expect(listing.errors.hasPrefix("gradtop: cut.mcap: bytes "))
    let json = try JSONSerialization.jsonObject(with: Data(listing.output.utf8)) as? [String: Any]
    #expect((json?["records"] as? [Any])?.count ?? 0 > 300)
  }

  @Test func aGapIsReportedWithItsBytesAndSteps() throws {
    var bytes = try Data(contentsOf: URL(filePath: Gradtop.sample("vanishing.mcap")))
    bytes[bytes.count / 4] ^= 1
    try bytes.write(to: gradtop.folder.file("flipped.mcap"))
    let info = try gradtop.run("info", "flipped.mcap")
    #expect(info.status == 2)
    let gap = try #require(info.lines.first { $0.hasPrefix("gap: ") })
    #expect(gap.firstMatch(of: #/^gap: bytes \d+\.\.<\d+, steps \d+\.\.\d+: /#) != nil)
    let json = try gradtop.run("info", "flipped.mcap", "--format", "json")
    #expect(json.status == 2)
    #expect(
      json.output.firstMatch(of: /"first_step":\d+,"last_step":\d+,"dropped_events":0/) != nil)
  }
}
