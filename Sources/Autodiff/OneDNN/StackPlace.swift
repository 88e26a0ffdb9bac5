internal import COneDNN
internal import Synchronization

/// Where on the stack a kernel of oneDNN's runs best.
///
/// oneDNN 2.6 compiles derivatives of elementwise functions that put vector registers on the stack as
/// it happens to stand. Where these cross the processor's bounds, or have the lower bits of the address
/// in common with the kernel's constants, a derivative takes two to five times as long; and a thread
/// has its stack where it has it. How far above the kernel's frame the caller's stands is oneDNN's own
/// affair, so the best place is measured, once for each type, in about two milliseconds.
struct StackPlace {
  /// Bytes behind a multiple of `period`, a multiple of 16.
  let offset: UInt32
  /// A power of two.
  var period = pageSize

  fileprivate static let pageSize: UInt32 = 4096

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

  private static func measured(
    _ type: ElementType, _ kernels: KernelFactory
  ) throws(KernelError) -> StackPlace {
    let trial = try DerivativeTrial(type, kernels)
    // First what counts most, and all that the calling convention allows for.
    let depths = (0..<UInt32(4)).map { 1024 * $0 }
    let starts = (0..<UInt32(4)).map { 16 * $0 }
    let first = trial.times(at: starts.flatMap { start in depths.map { $0 + start } })
    let sums = starts.indices.map { start in first[(4 * start)..<(4 * start + 4)].reduce(0, +) }
    let start = starts[sums.indices.min { sums[$0] < sums[$1] } ?? 0]
    // Then as far as can be from where constants are in the way: they are in few pages of the stack
    // alone, but everywhere in the same part of those. In other kernels they stand a little elsewhere.
    let pages = (0..<DerivativeTrial.period / pageSize).map { pageSize * $0 + start }
    let coarse = trial.times(at: pages.flatMap { page in depths.map { page + $0 } }, rounds: 3)
    let worst = coarse.indices.max { coarse[$0] < coarse[$1] } ?? 0
    let places = (0..<UInt32(16)).map { 256 * $0 }
    let times = trial.times(at: places.map { pages[worst / depths.count] + $0 })
    let best = places.indices.min { around($0, times) < around($1, times) } ?? 0
    return StackPlace(offset: places[best] + start)
  }

  /// The time at a place and, with less weight, at those near it; a page begins where one ends.
  private static func around(_ index: Int, _ times: [UInt64]) -> UInt64 {
    (-3...3).reduce(0) { sum, step in
      sum + times[(index + step + times.count) % times.count] / UInt64(1 + abs(step))
    }
  }
}

/// A derivative of a few numbers, to be run here and there on the stack.
private final class DerivativeTrial {
  /// Bytes of the stack over which places are spread.
  static let period: UInt32 = 262_144
  private static let count = 512
  private let primitive: CompiledPrimitive
  private let run: (UnsafePointer<UnsafeMutableRawPointer>) -> Void
  private let memory: UnsafeMutableRawPointer
  private let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>

  init(_ type: ElementType, _ kernels: KernelFactory) throws(KernelError) {
    let (count, data) = (Self.count, try describe([Self.count], type: type))
    primitive = try kernels.eltwiseBackward(.gelu, count, type)
    run = try primitive.bindMoving(
      [DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC].map { ($0, data) })
    memory = .allocate(byteCount: 12 * count, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 12 * count)
    addresses = .allocate(capacity: 3)
    for index in 0..<3 { (addresses + index).initialize(to: memory + 4 * count * index) }
  }

  deinit {
    memory.deallocate()
    addresses.deallocate()
  }

  /// Nanoseconds at each place, at best.
  func times(at places: [UInt32], rounds: Int = 8) -> [UInt64] {
    var least = places.map { _ in UInt64.max }
    // In turns: what disturbs one disturbs all.
    for _ in 0..<rounds {
      for (index, offset) in places.enumerated() {
        primitive.place = StackPlace(offset: offset, period: Self.period)
        let start = MonotonicClock.now()
        run(addresses)
        least[index] = min(least[index], MonotonicClock.now() - start)
      }
    }
    return least
  }
}
