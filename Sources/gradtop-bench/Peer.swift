import Foundation
import Training

/// PyTorch in a process of its own, which trains when it is told to.
final class Peer {
  let version: String
  private let process: Process
  private let input: FileHandle
  private let output: FileHandle

  /// What went wrong with it.
  struct Failure: Error {}

  /// Starts it; nil where Python has no torch.
  init?() throws {
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", String(decoding: PackageResources.peer_py, as: UTF8.self),
      "\(Digits.threads)", String(decoding: ModelFile.embedded, as: UTF8.self),
    ]
    let (toPeer, fromPeer) = (Pipe(), Pipe())
    process.standardInput = toPeer
    process.standardOutput = fromPeer
    process.standardError = FileHandle.nullDevice
    input = toPeer.fileHandleForWriting
    output = fromPeer.fileHandleForReading
    try process.run()
    let words = Self.line(from: output).split(separator: " ")
    guard words.first == "ready", words.count == 2 else { return nil }
    version = String(words[1])
  }

  deinit { process.terminate() }

  /// Seconds that `steps` steps take.
  func time(_ kind: String, _ steps: Int) throws -> Double {
    try input.write(contentsOf: Data("\(kind) \(steps)\n".utf8))
    guard let seconds = Double(Self.line(from: output)) else { throw Failure() }
    return seconds
  }

  private static func line(from handle: FileHandle) -> String {
    var bytes: [UInt8] = []
    while let byte = try? handle.read(upToCount: 1)?.first, byte != 0x0A { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
