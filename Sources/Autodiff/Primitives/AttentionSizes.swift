/// The sizes of an attention.
struct AttentionSizes {
  /// N · h.
  let items: Int
  let heads: Int
  /// T.
  let length: Int
  /// d.
  let width: Int
  let isCausal: Bool

  init(_ x: Shape, heads: Int, isCausal: Bool) {
    self.heads = heads
    self.isCausal = isCausal
    items = x.sizes[0] * heads
    length = x.sizes[1]
    width = x.width / 3 / heads
  }

  /// One head by itself, with no other's columns between its own.
  var alone: AttentionSizes {
    AttentionSizes([1, length, 3 * width], heads: 1, isCausal: isCausal)
  }

  /// D.
  var features: Int { heads * width }

  /// Queries times the keys they see.
  var pairs: Int { isCausal ? length * (length + 1) / 2 : length * length }

  /// A block of queries with the keys that any of them sees.
  struct Block {
    let queries: Range<Int>
    let keys: Int
  }

  /// The blocks, from the last to the first: the first one in this order sees all keys.
  var blocks: [Block] {
    stride(from: 0, to: length, by: ScaledDotProductAttention.blockSize).reversed().map { start in
      let end = min(start + ScaledDotProductAttention.blockSize, length)
      return Block(queries: start..<end, keys: isCausal ? end : length)
    }
  }

  /// How many keys a query sees.
  @inline(__always)
  func keys(of query: Int) -> Int { isCausal ? query + 1 : length }

  /// How many of a block's keys to work on for a query: up to the end of its last lanes.
  ///
  /// A number by itself takes as long as eight. What is too much is to be hidden.
  @inline(__always)
  func lanes(of query: Int, of keys: Int) -> Int { min((self.keys(of: query) + 7) & ~7, keys) }

  /// Where q of an item starts in `[N, T, 3D]`, in elements; k and v are D and 2D behind.
  func start(of item: Int) -> Int {
    item / heads * length * 3 * features + item % heads * width
  }

  /// Where y of an item starts in `[N, T, D]`, in elements.
  func resultStart(of item: Int) -> Int {
    item / heads * length * features + item % heads * width
  }
}

/// A head's columns among those of all: `parts` stretches of `width`, `distance` apart, in each of
/// `rows` rows that are `stride` apart.
///
/// By itself a head has them side by side, row after row.
struct HeadColumns {
  let rows: Int
  let parts: Int
  let width: Int
  let stride: Int
  let distance: Int

  /// Those of q, k and v.
  static func operand(_ sizes: AttentionSizes) -> HeadColumns {
    HeadColumns(
      rows: sizes.length, parts: 3, width: sizes.width, stride: 3 * sizes.features,
      distance: sizes.features)
  }

  /// Those of y.
  static func result(_ sizes: AttentionSizes) -> HeadColumns {
    HeadColumns(
      rows: sizes.length, parts: 1, width: sizes.width, stride: sizes.features, distance: 0)
  }

  /// Elements of a head by itself.
  var count: Int { rows * parts * width }

  /// Takes them out from `all`, in single precision.
  func widen(_ all: UnsafePointer<BFloat16>, into head: UnsafeMutablePointer<Float>) {
    forEach { place, own, count in
      BFloat16.lanes(at: all + place, count: count).store(at: head + own, count: count)
    }
  }

  /// Puts them back, rounded.
  func narrow(_ head: UnsafePointer<Float>, into all: UnsafeMutablePointer<BFloat16>) {
    forEach { place, own, count in
      BFloat16.store(Lanes(at: head + own, count: count), at: all + place, count: count)
    }
  }

  @inline(__always)
  private func forEach(_ body: (_ place: Int, _ own: Int, _ count: Int) -> Void) {
    for row in 0..<rows {
      for part in 0..<parts {
        let (place, own) = (row * stride + part * distance, (row * parts + part) * width)
        Lanes.forEach(in: width) { at, count in body(place + at, own + at, count) }
      }
    }
  }
}
