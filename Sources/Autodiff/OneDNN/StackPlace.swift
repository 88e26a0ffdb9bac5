internal import COneDNN
internal import Synchronization

/// Where on the stack a kernel of oneDNN's runs best.
///
/// oneDNN 2.6 compiles derivatives of elementwise functions that put vector registers on the stack as
/// it happens to stand. Where these cross cache lines, a derivative takes two to five times as long,
/// and a thread has its stack where it has it. How far above the kernel's frame the caller's stands is
/// oneDNN's own affair, so the best place is measured, once for each type.
struct StackPlace {
  /// Bytes behind a multiple of 64.
  let offset: UInt32

  private static let known = Mutex<[ElementType: StackPlace]>([:])

  /// Where derivatives of elements of `type` run best.
  static func ofDerivatives(
    _ type: ElementType, _ kernels: KernelFactory
  ) throws(KernelError) -> StackPlace {
    if let place = known.withLock({ $0[type] }) { return place }
    let place = try measured(type, kernels)
    known.withLock { $0[type] = place }
    return place
  }

  /// The best of all four, on numbers that stay in the cache.
  private static func measured(
    _ type: ElementType, _ kernels: KernelFactory
  ) throws(KernelError) -> StackPlace {
    let count = 2048
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 12 * count, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 12 * count)
    let addresses = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: 3)
    for index in 0..<3 { (addresses + index).initialize(to: memory + 4 * count * index) }
    defer {
      memory.deallocate()
      addresses.deallocate()
    }
    let data = try describe([count], type: type)
    var (best, least) = (StackPlace(offset: 0), UInt64.max)
    for offset in stride(from: UInt32(0), to: 64, by: 16) {
      let primitive = try kernels.eltwiseBackward(.gelu, count, type)
      primitive.place = StackPlace(offset: offset)
      let run = try primitive.bindMoving(
        [DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC].map { ($0, data) })
      for _ in 0..<12 {
        let start = MonotonicClock.now()
        run(addresses)
        let time = MonotonicClock.now() - start
        // One has to be clearly better than those before it.
        if time < least - least / 8 { (best, least) = (StackPlace(offset: offset), time) }
      }
    }
    return best
  }
}
