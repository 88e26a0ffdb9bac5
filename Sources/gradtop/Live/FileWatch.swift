import Glibc

/// Tells when something happens to a file, so that nobody need look again and again.
///
/// By inotify(7), of the file's folder: a file that is replaced is another one. Network file systems
/// tell nothing of what other machines do: whoever waits looks now and then all the same.
final class FileWatch {
  /// Readable when something has happened.
  let descriptor: Int32

  /// Nil where the system does not tell.
  init?(path: String) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    let folder =
      path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let events = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM
    guard inotify_add_watch(descriptor, folder, UInt32(events)) >= 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  /// Takes what was told, so that the descriptor waits for the next event.
  func drain() {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
  }
}
