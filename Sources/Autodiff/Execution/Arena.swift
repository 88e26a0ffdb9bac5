import Glibc

/// The memory of all tensors of a plan.
///
/// From 2 MiB on it asks for huge pages: a step walks through all of it twice, and with pages of 4 KiB
/// the processor would look up the place of one page in hundreds again and again (a step of a GPT of 47 MB
/// takes 3 % longer). Where the system has none to give, it works with small ones.
enum Arena {
  /// Bytes of a huge page on x86-64, and on arm64 with pages of 4 KiB.
  static let hugePage = 1 << 21

  /// Memory for so many bytes, all 0, to be freed with `free`; nil where there is none.
  static func allocate(bytes: Int) -> UnsafeMutableRawPointer? {
    let isHuge = bytes >= hugePage
    let unit = isHuge ? hugePage : ArenaPacking.alignment
    let size = max(1, (bytes + unit - 1) / unit) * unit
    guard let memory = aligned_alloc(unit, size) else { return nil }
    // Only a wish: what it answers changes nothing.
    if isHuge { _ = madvise(memory, size, MADV_HUGEPAGE) }
    memset(memory, 0, bytes)
    return memory
  }
}
