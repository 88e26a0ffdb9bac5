import Foundation
import Glibc
import Testing

@Suite struct RunTests {
  @Test func fiftyStepsOfDigits() throws {
    let gradtop = try Gradtop()
    let run = try gradtop.run("run", "--headless", "--steps", "50", "--trace", "t.bin")
    #expect(run.status == 0)
    #expect(run.keys == ["trace", "steps", "loss", "accuracy", "seconds"])
    #expect(run.lines.prefix(2) == ["trace: t.bin", "steps: 50"])
    let table = try gradtop.run("export", "t.bin", "--format", "csv", "--table", "steps")
    #expect(table.status == 0)
    #expect(table.errors == "")
    #expect(table.lines.first?.hasPrefix("step,time_s,loss,accuracy,") == true)
    let steps = table.lines.dropFirst().map { $0.prefix { $0 != "," } }
    #expect(steps == (0..<50).map { Substring(String($0)) })
  }

  @Test func workedExampleHasItsGradients() throws {
    let gradtop = try Gradtop()
    let model = Gradtop.sample("worked-example.json")
    #expect(try gradtop.run("run", "--headless", "--trace", "t.bin", model).status == 0)
    let table = try gradtop.run(
      "export", "t.bin", "--format", "csv", "--table", "gradients", "--steps", "0..0")
    #expect(table.status == 0)
    let rows = table.lines.map { $0.split(separator: ",") }
    #expect(rows.map { $0[1] } == ["parameter", "x", "w", "b"])
    #expect(rows.map { $0[3] } == ["grad_norm", "42.0", "28.0", "14.0"])
  }

  @Test func endsOnATerminationSignal() throws {
    let gradtop = try Gradtop()
    let arguments = ["run", "--headless", "--steps", "1000000", "--trace", "t.bin"]
    let process = try gradtop.start(arguments, streams: "run")
    let trains = eventually { gradtop.folder.text("run.err").contains("step ") }
    process.terminate()
    let ends = eventually { !process.isRunning }
    if !ends { kill(process.processIdentifier, SIGKILL) }
    let run = gradtop.finish(process, streams: "run")
    #expect(trains)
    #expect(ends)
    #expect(process.terminationReason == .exit)
    #expect(run.status == 143)
    let info = try gradtop.run("info", "t.bin")
    #expect(info.status == 0)
    #expect(info.errors == "")
    #expect(info.lines.contains("ended: yes"))
    #expect(info.lines.contains("incomplete_bytes: 0"))
  }
}
