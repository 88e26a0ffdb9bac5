/// Transfers to the store of tensors that are out of memory: they start and end like kernels, so that
/// a tensor lives as long as it is on its way.
extension KernelFactory {
  /// Sends `tensor` out.
  func startWriting(_ transfer: Int, _ tensor: TensorID, bytes: Int, at offset: Int) -> Kernel {
    Kernel("offload", reads: [tensor], writes: []) { addresses throws(KernelError) in
      let (store, source) = (try addresses.knownStore, addresses.raw(tensor))
      return { store.startWriting(transfer, from: source, bytes: bytes, at: offset) }
    }
  }

  /// Calls `tensor` back.
  func startReading(_ transfer: Int, _ tensor: TensorID, bytes: Int, at offset: Int) -> Kernel {
    Kernel("offload", reads: [], writes: [tensor]) { addresses throws(KernelError) in
      let (store, target) = (try addresses.knownStore, addresses.raw(tensor))
      return { store.startReading(transfer, into: target, bytes: bytes, at: offset) }
    }
  }

  /// Waits until `tensor` is there, in the store or in memory.
  func finish(_ transfer: Int, _ tensor: TensorID) -> Kernel {
    Kernel("offload", reads: [tensor], writes: []) { addresses throws(KernelError) in
      let store = try addresses.knownStore
      return { store.finish(transfer) }
    }
  }
}

extension Addresses {
  fileprivate var knownStore: any OffloadStore {
    get throws(KernelError) {
      guard let store else { throw KernelError(kernel: "offload", reason: "there is no store") }
      return store
    }
  }
}
