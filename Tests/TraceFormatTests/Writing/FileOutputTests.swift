import Glibc
import Testing

@testable import TraceFormat

@Suite struct FileOutputTests {
  private func write(_ text: String, to output: FileOutput) throws(TraceWriteError) {
    var failure: TraceWriteError?
    Array(text.utf8).withUnsafeBytes { bytes in
      do throws(TraceWriteError) { try output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  @Test func appends() throws {
    let file = TemporaryFile(Array("old".utf8))
    let output = try FileOutput(path: file.path, overwriting: true)
    try write("one ", to: output)
    try write("two", to: output)
    try output.sync()
    try output.close()
    #expect(file.bytes == Array("one two".utf8))
  }

  @Test func neverOverwritesUnasked() {
    let file = TemporaryFile(Array("old".utf8))
    #expect(throws: TraceWriteError.system(call: "open", path: file.path, code: EEXIST)) {
      try FileOutput(path: file.path, overwriting: false)
    }
    #expect(file.bytes == Array("old".utf8))
  }

  @Test func namesAFolderThatIsNotThere() {
    let path = "/nowhere/at/all.mcap"
    #expect(throws: TraceWriteError.system(call: "open", path: path, code: ENOENT)) {
      try FileOutput(path: path, overwriting: false)
    }
  }

  @Test func saysThatTheDiskIsFull() throws {
    let output = try FileOutput(path: "/dev/full", overwriting: true)
    #expect(throws: TraceWriteError.system(call: "write", path: "/dev/full", code: ENOSPC)) {
      try write("something", to: output)
    }
  }

  @Test func writesAllToAPipeThatTakesLittleAtATime() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let output = FileOutput(descriptor: ends[1], named: "-")
    let text = String(repeating: "x", count: 60_000)
    try write(text, to: output)
    try output.sync()
    var room = [UInt8](repeating: 0, count: 65_536)
    #expect(read(ends[0], &room, room.count) == 60_000)
    try output.close()
    // The descriptor is not ours to close.
    #expect(close(ends[1]) == 0)
    #expect(close(ends[0]) == 0)
  }
}
