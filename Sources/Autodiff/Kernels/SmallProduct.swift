internal import COneDNN

/// c = factor · a b (+ c) by oneDNN's plain matrix product: for products inside of a kernel of ours,
/// whose places change from call to call.
///
/// `a` is m × k, `b` k × n, `c` m × n, rows `stride` apart; a transposed one lies as its transpose.
struct SmallProduct {
  /// A matrix, or one that is to be read as its transpose.
  struct Factor {
    let elements: UnsafePointer<Float>
    let stride: Int
    var isTransposed = false

    init(_ elements: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
      self.elements = elements
      self.stride = stride
      self.isTransposed = isTransposed
    }
  }

  let m: Int
  let n: Int
  let k: Int
  var factor: Float = 1
  var accumulates = false

  @inline(__always)
  func callAsFunction(
    _ a: Factor, _ b: Factor, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    // With sizes that a planned shape has it cannot fail but for memory, and then nothing helps.
    let status = dnnl_sgemm(
      letter(a), letter(b), dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), factor, a.elements,
      dnnl_dim_t(a.stride), b.elements, dnnl_dim_t(b.stride), accumulates ? 1 : 0, c,
      dnnl_dim_t(stride))
    precondition(status == dnnl_success, "a matrix product failed to run")
  }

  @inline(__always)
  private func letter(_ factor: Factor) -> CChar {
    CChar(bitPattern: factor.isTransposed ? UInt8(ascii: "T") : UInt8(ascii: "N"))
  }
}
