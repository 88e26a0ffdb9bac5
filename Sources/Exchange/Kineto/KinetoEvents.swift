/// What a profile says that matters to us, in 40 bytes a slice.
struct KinetoEvents {
  enum Category: UInt8 {
    /// An op on the CPU, or what autograd calls.
    case op
    /// What the program, a data loader or an optimizer marked.
    case annotation
    /// The `forward` of an `nn.Module`.
    case module
    /// A call that launches work on a device.
    case launch
    /// Work on a device.
    case kernel

    /// Whether slices have a correlation, not a sequence number.
    var isOfDevice: Bool { self == .launch || self == .kernel }
  }

  /// Something with a beginning and an end on a thread.
  struct Slice {
    /// Nanoseconds of the profile's clock.
    var start: Int64
    var duration: Int64
    /// Of launches and kernels what ties the two, 0 without; of others autograd's sequence number,
    /// -1 without.
    var number: Int64
    /// A number of `names`.
    var name: Int32
    /// A number of `names`: process and thread.
    var thread: Int32
    /// A number of `names`, whose text `KinetoOperands` reads: what went in; -1 where that was not
    /// recorded.
    var operands: Int32 = -1
    var category: Category

    var end: Int64 { start &+ duration }
    /// Autograd's sequence number; -1 without.
    var sequence: Int64 { category.isOfDevice ? -1 : number }
  }

  /// From a forward op to the op that reverses it, as positions in `slices`; -1 for an end that has
  /// not come.
  struct Flow {
    var forward: Int32 = -1
    var backward: Int32 = -1
  }

  /// Bytes that are allocated on a device from a moment on.
  struct Allocation {
    /// Nanoseconds of the profile's clock.
    var time: Int64
    var total: UInt64
    /// 0 is the CPU.
    var device: Int64
  }

  var slices: [Slice] = []
  /// Of a profile with `profile_memory=True`.
  var allocations: [Allocation] = []
  var flows: [Int64: Flow] = [:]
  var names = NameTable()
  var profile = KinetoProfile()
}

/// What a profile says about itself.
struct KinetoProfile: Sendable {
  /// Unix time in nanoseconds that the profile's clock counts from.
  var base: Int64 = 0
  var host = ""
  var device = ""
  var traceID = ""
  /// Events that were no JSON.
  var damaged = 0
  /// Whether the file ends before its events do.
  var isTruncated = false
}
