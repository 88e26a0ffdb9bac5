import Foundation
import Glibc

@testable import TraceFormat

/// A file that is gone when the test is over.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8] = []) {
    var template = Array(
      FileManager.default.temporaryDirectory.appending(path: "gradtop-test-XXXXXX").path.utf8CString
    )
    let descriptor = mkstemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    _ = close(descriptor)
    write(bytes)
  }

  deinit {
    _ = unlink(path)
  }

  /// Replaces the content, in place.
  func write(_ bytes: [UInt8]) {
    transfer(bytes, flags: O_WRONLY | O_CREAT | O_TRUNC)
  }

  func append(_ bytes: some Collection<UInt8>) {
    transfer(Array(bytes), flags: O_WRONLY | O_APPEND)
  }

  /// Puts another file in its place.
  func replace(_ bytes: [UInt8]) {
    let other = TemporaryFile(bytes)
    _ = rename(other.path, path)
  }

  func overwrite(_ offset: Int, with byte: UInt8) {
    let descriptor = open(path, O_WRONLY)
    defer { _ = close(descriptor) }
    _ = withUnsafeBytes(of: byte) { pwrite(descriptor, $0.baseAddress, 1, offset) }
  }

  func truncate(to size: Int) {
    _ = Glibc.truncate(path, size)
  }

  var bytes: [UInt8] {
    guard let window = try? FileWindow(path: path), let size = try? window.size() else { return [] }
    var buffer = ByteBuffer()
    try? window.read(0..<size, into: &buffer)
    return Array(buffer.bytes)
  }

  private func transfer(_ bytes: [UInt8], flags: Int32) {
    let descriptor = open(path, flags, 0o600)
    defer { _ = close(descriptor) }
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    precondition(written == bytes.count)
  }
}
