import Foundation
import Training

/// Another framework in a process of its own, which trains when it is told to.
final class Peer {
  let version: String
  private let process: Process
  private let input: FileHandle
  private let output: FileHandle

  /// What runs in Python.
  enum Framework: CaseIterable {
    case torch, jax

    var script: [UInt8] {
      self == .torch ? PackageResources.peer_py : PackageResources.peer_jax_py
    }

    /// What it is asked for by name, and what a table calls that.
    var kinds: [(kind: String, title: String)] {
      self == .torch
        ? [("eager", "eager"), ("fused", "fused"), ("compiled", "compile")] : [("jit", "JAX")]
    }
  }

  /// Starts it; nil where Python has no such package, or the package no such layer.
  init?(_ framework: Framework, _ subject: Subject) throws {
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", String(decoding: framework.script, as: UTF8.self),
      "\(Subject.threads)", String(decoding: subject.text, as: UTF8.self), try subject.form(),
      Subject.countsProcessorTime ? "cpu" : "wall",
    ]
    let (toPeer, fromPeer) = (Pipe(), Pipe())
    process.standardInput = toPeer
    process.standardOutput = fromPeer
    process.standardError =
      ProcessInfo.processInfo.environment["PEER_ERRORS"] == nil
      ? FileHandle.nullDevice : FileHandle.standardError
    input = toPeer.fileHandleForWriting
    output = fromPeer.fileHandleForReading
    try process.run()
    let words = Self.line(from: output).split(separator: " ")
    guard words.first == "ready", words.count == 2 else { return nil }
    version = String(words[1])
  }

  deinit { process.terminate() }

  /// Seconds that `steps` steps take; nil where it cannot do them.
  func time(_ kind: String, _ steps: Int) throws -> Double? {
    try input.write(contentsOf: Data("\(kind) \(steps)\n".utf8))
    return Double(Self.line(from: output))
  }

  private static func line(from handle: FileHandle) -> String {
    var bytes: [UInt8] = []
    while let byte = try? handle.read(upToCount: 1)?.first, byte != 0x0A { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
