internal import Autodiff
import Glibc
public import Rematerialization
import Synchronization

/// A file for saved tensors that are out of memory, and the thread that writes and reads it.
///
/// It has no name: what is left of a run is nothing. What the disk does not take stays in memory, so
/// that gradients are right whatever happens.
final class OffloadFile: OffloadStore {
  /// One transfer in its direction, as both threads see it.
  private struct Transfer {
    var address: UnsafeMutableRawPointer?
    var bytes = 0
    var offset = 0
    var isWriting = false
    var isDone = true
    /// What could not be written.
    var spilled: UnsafeMutableRawPointer?
  }

  /// What both threads share, below the mutex.
  private final class Shared: @unchecked Sendable {
    let file: Int32
    let transfers: UnsafeMutableBufferPointer<Transfer>
    /// Numbers of transfers to be done, in a ring that has room for each of them.
    let queue: UnsafeMutableBufferPointer<Int>
    var (first, count) = (0, 0)
    var isFinished = false
    var failure: String?
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Something is queued, or all is over; a transfer is done.
    let (queued, done) = (
      UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1),
      UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    )

    init(file: Int32, transfers count: Int) {
      self.file = file
      transfers = .allocate(capacity: count)
      transfers.initialize(repeating: Transfer())
      queue = .allocate(capacity: count)
      queue.initialize(repeating: 0)
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(queued, nil)
      pthread_cond_init(done, nil)
    }

    deinit {
      for transfer in transfers { free(transfer.spilled) }
      transfers.deallocate()
      queue.deallocate()
      pthread_cond_destroy(queued)
      pthread_cond_destroy(done)
      pthread_mutex_destroy(mutex)
      queued.deallocate()
      done.deallocate()
      mutex.deallocate()
      close(file)
    }
  }

  private let shared: Shared
  private var thread: WorkerThread?

  /// Makes a file with room for `bytes` in the folder for temporary files.
  ///
  /// - Throws: `OffloadError` where there can be none.
  init(bytes: Int, transfers: Int) throws(OffloadError) {
    // Not /tmp, which is often memory itself.
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    var template = Array((folder + "/gradtop-offload-XXXXXX").utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else {
      throw OffloadError(folder: folder, reason: String(cString: strerror(errno)))
    }
    unlink(template)
    shared = Shared(file: file, transfers: transfers)
    guard ftruncate(file, bytes) == 0 else {
      throw OffloadError(folder: folder, reason: String(cString: strerror(errno)))
    }
    let shared = shared
    thread = WorkerThread { Self.work(shared) }
    guard thread != nil else {
      throw OffloadError(folder: folder, reason: "the system has no thread left")
    }
  }

  deinit {
    pthread_mutex_lock(shared.mutex)
    shared.isFinished = true
    pthread_cond_signal(shared.queued)
    pthread_mutex_unlock(shared.mutex)
    thread?.join()
  }

  /// Why something could not be written or read; nil where all is well.
  var failure: String? {
    pthread_mutex_lock(shared.mutex)
    defer { pthread_mutex_unlock(shared.mutex) }
    return shared.failure
  }
}

extension Transfer {
  /// What it takes here to send a byte to a file and to fetch it back: the middle of five tries.
  ///
  /// - Parameter threads: Those that kernels use; where they leave no processor free, transfers are in
  ///   their way.
  public static func measured(threads: Int) throws(OffloadError) -> Transfer {
    let bytes = 4 << 20
    let file = try OffloadFile(bytes: bytes, transfers: 1)
    let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { block.deallocate() }
    memset(block, 1, bytes)
    var (out, back): ([UInt64], [UInt64]) = ([], [])
    for _ in 0..<5 {
      let start = MonotonicClock.now()
      file.startWriting(0, from: block, bytes: bytes, at: 0)
      file.finish(0)
      let turn = MonotonicClock.now()
      file.startReading(0, into: block, bytes: bytes, at: 0)
      file.finish(0)
      out.append(turn - start)
      back.append(MonotonicClock.now() - turn)
    }
    func median(_ times: [UInt64]) -> Double { Double(times.sorted()[2]) / Double(bytes) }
    return Transfer(
      writeTime: median(out), readTime: median(back), minimumBytes: OffloadOptions.minimumBytes,
      overlaps: threads < sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }
}

// MARK: - On the training thread

extension OffloadFile {
  func startWriting(_ transfer: Int, from source: UnsafeRawPointer, bytes: Int, at offset: Int) {
    start(
      transfer,
      Transfer(
        address: UnsafeMutableRawPointer(mutating: source), bytes: bytes, offset: offset,
        isWriting: true, isDone: false))
  }

  func startReading(
    _ transfer: Int, into target: UnsafeMutableRawPointer, bytes: Int, at offset: Int
  ) {
    start(
      transfer, Transfer(address: target, bytes: bytes, offset: offset, isDone: false))
  }

  private func start(_ number: Int, _ transfer: Transfer) {
    pthread_mutex_lock(shared.mutex)
    var transfer = transfer
    transfer.spilled = shared.transfers[number].spilled
    shared.transfers[number] = transfer
    shared.queue[(shared.first + shared.count) % shared.queue.count] = number
    shared.count += 1
    pthread_cond_signal(shared.queued)
    pthread_mutex_unlock(shared.mutex)
  }

  func finish(_ transfer: Int) {
    pthread_mutex_lock(shared.mutex)
    while !shared.transfers[transfer].isDone { pthread_cond_wait(shared.done, shared.mutex) }
    pthread_mutex_unlock(shared.mutex)
  }
}

// MARK: - On the thread of the file

extension OffloadFile {
  private static func work(_ shared: Shared) {
    pthread_mutex_lock(shared.mutex)
    defer { pthread_mutex_unlock(shared.mutex) }
    while true {
      while shared.count == 0, !shared.isFinished {
        pthread_cond_wait(shared.queued, shared.mutex)
      }
      if shared.count == 0 { return }
      let number = shared.queue[shared.first]
      shared.first = (shared.first + 1) % shared.queue.count
      shared.count -= 1
      var transfer = shared.transfers[number]
      pthread_mutex_unlock(shared.mutex)
      let failure = transfer.isWriting ? write(&transfer, shared.file) : read(transfer, shared.file)
      pthread_mutex_lock(shared.mutex)
      transfer.isDone = true
      shared.transfers[number] = transfer
      if let failure, shared.failure == nil { shared.failure = failure }
      pthread_cond_signal(shared.done)
    }
  }

  /// Why it failed; what could not be written is kept in memory then.
  private static func write(_ transfer: inout Transfer, _ file: Int32) -> String? {
    free(transfer.spilled)
    transfer.spilled = nil
    guard let address = transfer.address else { return nil }
    var written = 0
    while written < transfer.bytes {
      let result = pwrite(
        file, address + written, transfer.bytes - written, transfer.offset + written)
      if result > 0 {
        written += result
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        transfer.spilled = malloc(transfer.bytes)
        transfer.spilled?.copyMemory(from: address, byteCount: transfer.bytes)
        return reason
      }
    }
    return nil
  }

  private static func read(_ transfer: Transfer, _ file: Int32) -> String? {
    guard let address = transfer.address else { return nil }
    if let spilled = transfer.spilled {
      address.copyMemory(from: spilled, byteCount: transfer.bytes)
      return nil
    }
    var read = 0
    while read < transfer.bytes {
      let result = pread(file, address + read, transfer.bytes - read, transfer.offset + read)
      if result > 0 {
        read += result
      } else if result == 0 || errno != EINTR {
        // Nothing that looks like numbers: the step that reads it is not finite.
        memset(address, 0xFF, transfer.bytes)
        return result == 0
          ? "it is shorter than what was written" : String(cString: strerror(errno))
      }
    }
    return nil
  }
}

/// Why there is no file for what leaves memory.
public struct OffloadError: Error, Equatable {
  /// Where it was to be.
  public var folder: String
  /// The system's words.
  public var reason: String
}
