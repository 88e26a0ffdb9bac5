/// A tensor of a plan.
public struct TensorID: Hashable, Sendable {
  let index: Int
}

/// Something that a plan runs: what it reads and writes, and how to make it once addresses are known.
public struct Kernel {
  /// For messages: `matmul`.
  let name: String
  /// What it reads.
  let reads: [TensorID]
  /// What it writes (or adds to).
  let writes: [TensorID]
  /// Scratch memory while it runs.
  let scratchBytes: Int
  /// How many threads it was made for.
  let threads: Int
  /// Whether it changes a buffer of the network: recomputing forward leaves such kernels out.
  let changesBuffers: Bool
  /// What it does to a stretch of elements, where that needs no other elements.
  let pointwise: Pointwise?
  /// Makes what runs at each step; called once.
  let bind: (Addresses) throws(KernelError) -> () -> Void

  init(
    _ name: String, reads: [TensorID], writes: [TensorID], scratchBytes: Int = 0, threads: Int = 1,
    changesBuffers: Bool = false, pointwise: Pointwise? = nil,
    bind: @escaping (Addresses) throws(KernelError) -> () -> Void
  ) {
    self.name = name
    self.reads = reads
    self.writes = writes
    self.scratchBytes = scratchBytes
    self.threads = threads
    self.changesBuffers = changesBuffers
    self.pointwise = pointwise
    self.bind = bind
  }
}

/// Where tensors stand in the arena.
struct Addresses {
  let base: UnsafeMutableRawPointer
  let offsets: [Int]
  /// The running kernel's scratch memory.
  var scratch: UnsafeMutableRawPointer
  /// What kernels tell the step.
  let readings: UnsafeMutablePointer<StepReadings>
  /// What the step tells kernels.
  let situation: UnsafeMutablePointer<StepSituation>
  /// Where tensors go that leave memory.
  var store: (any OffloadStore)?

  func raw(_ tensor: TensorID) -> UnsafeMutableRawPointer { base + offsets[tensor.index] }

  func floats(_ tensor: TensorID) -> UnsafeMutablePointer<Float> {
    raw(tensor).assumingMemoryBound(to: Float.self)
  }

  func halves(_ tensor: TensorID) -> UnsafeMutablePointer<BFloat16> {
    raw(tensor).assumingMemoryBound(to: BFloat16.self)
  }

  func integers(_ tensor: TensorID) -> UnsafeMutablePointer<Int32> {
    raw(tensor).assumingMemoryBound(to: Int32.self)
  }
}

/// Why a kernel cannot be made.
public struct KernelError: Error, Equatable {
  /// `matmul`.
  public var kernel: String
  /// The library's words, or its status.
  public var reason: String
}
