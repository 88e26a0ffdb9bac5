import Foundation
import Testing

/// Each file in InvalidModels holds one mistake; beside it stands the whole message it must give.
///
/// A missing message is written, and the test fails until somebody has read it.
@Suite struct InvalidModelTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "InvalidModels")

  static let mistakes: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test func areThere() { #expect(Self.mistakes.count >= 40) }

  @Test(arguments: mistakes)
  func oneClearErrorBeforeAnythingRuns(mistake: String) throws {
    let trace = FileManager.default.temporaryDirectory
      .appending(path: "gradtop-\(mistake)-\(UUID().uuidString).mcap")
    defer { try? FileManager.default.removeItem(at: trace) }
    let process = Process()
    process.executableURL = try program()
    process.currentDirectoryURL = Self.folder
    process.arguments = ["run", "--headless", "--trace", trace.path, "\(mistake).json"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()

    #expect(process.terminationStatus == 65)
    #expect(printed.isEmpty)
    #expect(message.split(separator: "\n").count == 1, "one line, not: \(message)")
    let expected = Self.folder.appending(path: "\(mistake).message")
    guard let recorded = try? String(contentsOf: expected, encoding: .utf8) else {
      try message.write(to: expected, atomically: true, encoding: .utf8)
      Issue.record("no message was recorded for \(mistake); it is now: \(message)")
      return
    }
    #expect(message == recorded)
  }

  /// The program that was built with the tests: in the folder of the test bundle.
  private func program() throws -> URL {
    var place = URL(filePath: CommandLine.arguments[0]).standardizedFileURL
    while place.path != "/" {
      place.deleteLastPathComponent()
      let candidate = place.appending(path: "gradtop")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
    }
    throw CocoaError(.fileNoSuchFile)
  }
}
