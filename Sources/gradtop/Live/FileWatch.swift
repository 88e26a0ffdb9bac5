import Glibc

/// Tells when something happens to a file, so that nobody need look again and again.
///
/// By inotify(7): of the file for what is written to it, of its folder for another file that takes its
/// place. Network file systems tell nothing of what other machines do: there, whoever waits looks now
/// and then all the same.
final class FileWatch {
  /// Readable when something has happened.
  let descriptor: Int32
  /// Whether whatever happens to the file is told.
  let tellsAll: Bool
  private let path: String
  private let folder: Int32

  /// Nil where the system does not tell.
  init?(path: String) {
    self.path = path
    tellsAll = Self.isLocal(path)
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    let name =
      path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let events = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM
    folder = inotify_add_watch(descriptor, name, UInt32(events))
    guard folder >= 0 else {
      close(descriptor)
      return nil
    }
    watchFile()
  }

  deinit { close(descriptor) }

  /// Takes what was told, so that the descriptor waits for the next event.
  func drain() {
    var isOther = false
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        while offset < count {
          let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          if event.wd == folder { isOther = true }
          offset += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    if isOther { watchFile() }
  }

  /// File systems that no other machine writes to.
  private static let local: Set<Substring> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "overlay", "f2fs", "zfs", "bcachefs",
  ]

  /// Whether only this machine writes to the file, and its folder knows of another in its place: a
  /// link's does not.
  private static func isLocal(_ path: String) -> Bool {
    var file = stat()
    guard lstat(path, &file) == 0, file.st_mode & S_IFMT == S_IFREG,
      let mounts = try? readFile("/proc/self/mountinfo")
    else { return false }
    // As in makedev(3).
    let device = UInt64(file.st_dev)
    let (major, minor) = (device >> 8 & 0xFFF, device & 0xFF | device >> 12 & 0xFFF00)
    // `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/root rw`, see proc(5).
    return String(decoding: mounts, as: UTF8.self).split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      guard words.count > 2, words[2] == "\(major):\(minor)" else { return false }
      return words.drop { $0 != "-" }.dropFirst().first.map(local.contains) ?? false
    }
  }

  /// Watches the file that is at the path now; where that is watched already, nothing changes.
  private func watchFile() {
    inotify_add_watch(descriptor, path, UInt32(IN_MODIFY))
  }
}
