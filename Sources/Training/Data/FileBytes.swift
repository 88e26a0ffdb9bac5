import CZlib
import Glibc

/// The bytes of a file; `reason` is the system's word where it cannot be read.
func readBytes(of path: String) throws(FileFailure) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileFailure(code: errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileFailure(code: errno) }
  if status.st_mode & S_IFMT == S_IFDIR { throw FileFailure(code: EISDIR) }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(Int(status.st_size))
  let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  defer { block.deallocate() }
  while true {
    let count = read(descriptor, block.baseAddress, block.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw FileFailure(code: errno) }
    if count == 0 { return bytes }
    bytes.append(contentsOf: block[..<count])
  }
}

/// A system call on a file that failed.
struct FileFailure: Error {
  let code: Int32

  var reason: String { String(cString: strerror(code)) }

  /// The failure as a mistake of the data at `path`.
  func asDataError(_ path: String, file: String) -> DataError {
    code == ENOENT || code == ENOTDIR
      ? .notFound(path, file: file, reason: reason) : DataError(path, file: file, reason)
  }
}

/// What a gzip file holds; other bytes as they are; nil where the compressed data is damaged.
func gunzipped(_ bytes: [UInt8]) -> [UInt8]? {
  guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
  var stream = z_stream()
  // 15 bits of window, 16 more for gzip's header.
  guard
    inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { inflateEnd(&stream) }
  var output: [UInt8] = []
  var input = bytes
  let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
  defer { block.deallocate() }
  return input.withUnsafeMutableBufferPointer { input in
    stream.next_in = input.baseAddress
    stream.avail_in = UInt32(input.count)
    while true {
      stream.next_out = block.baseAddress
      stream.avail_out = UInt32(block.count)
      let status = inflate(&stream, Z_NO_FLUSH)
      guard status == Z_OK || status == Z_STREAM_END else { return nil }
      let made = block.count - Int(stream.avail_out)
      output.append(contentsOf: block[..<made])
      if status == Z_STREAM_END {
        // A gzip file may hold several members.
        guard stream.avail_in > 0, inflateReset(&stream) == Z_OK else { return output }
      } else if made == 0, stream.avail_in == 0 {
        return nil
      }
    }
  }
}
