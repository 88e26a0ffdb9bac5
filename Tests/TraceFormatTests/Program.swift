import Foundation
import Testing

/// A program that is run to its end.
enum Program {
  struct Failure: Error {
    var status: Int32
    var output: String
  }

  static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let source = TemporaryFile(input)
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: source.path))
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
    return Array(bytes)
  }
}

/// The protobuf compiler, on our schema.
enum Protoc {
  static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/TraceFormat").standardized.path
    return try Program.run(
      ["protoc", "--proto_path=\(folder)"] + arguments + ["gradtop.proto"], input: input)
  }
}
