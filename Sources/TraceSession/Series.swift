/// A quantity over steps in bounded memory: blocks of `stride` steps, each with minimum, mean and
/// maximum, so that a spike survives every zoom.
///
/// When the blocks are used up, neighbours are merged in pairs and the stride doubles.
public struct Series: Equatable, Sendable {
  /// What is known of the values in some consecutive steps.
  public struct Block: Equatable, Sendable {
    /// Of the finite values; NaN where there are none.
    public var min: Float
    /// Of the finite values; NaN where there are none.
    public var mean: Float
    /// Of the finite values; NaN where there are none.
    public var max: Float
    /// Values, non-finite ones included.
    public var count: UInt32
    /// NaN and Inf values.
    public var nonFinite: UInt32

    /// A block of `count` values, of which `nonFinite` are NaN or Inf.
    public init(min: Float, mean: Float, max: Float, count: UInt32, nonFinite: UInt32) {
      self.min = min
      self.mean = mean
      self.max = max
      self.count = count
      self.nonFinite = nonFinite
    }
  }

  /// The step of the first block's first value.
  public private(set) var origin = 0
  /// Steps in a block: a power of two.
  public private(set) var stride = 1
  /// Consecutive blocks from `origin`; one without values has count 0.
  public private(set) var blocks: [Block] = []
  /// The most blocks there will be: even.
  public let capacity: Int
  /// The value of the newest step; nil while there is none.
  public private(set) var last: Float?
  /// The step of `last`; nil while there is none.
  public private(set) var lastStep: Int?
  /// The value of the earliest step; nil while there is none.
  public private(set) var first: Float?
  /// The step of `first`; nil while there is none.
  public private(set) var firstStep: Int?

  /// No values, and room for `capacity` blocks (two at least).
  public init(capacity: Int = 4096) {
    self.capacity = Swift.max(2, capacity + capacity % 2)
  }

  /// Values `values` of consecutive steps from `origin`, as tests and previews want them.
  public init(_ values: some Sequence<Float>, from origin: Int = 0) {
    self.init()
    for (offset, value) in values.enumerated() { append(step: origin + offset, value: value) }
  }

  /// Adds the value of `step`, in O(1) amortized for steps that come in order.
  ///
  /// Steps may be skipped. One that comes again, or late (a producer that was resumed), is merged
  /// into its block. Steps that are negative or beyond 2^53 are ignored.
  public mutating func append(step: Int, value: Float) {
    guard step >= 0, step <= 1 << 53 else { return }
    note(step: step, value: value)
    if blocks.isEmpty { origin = step }
    if step < origin { extendDown(to: step) }
    let index = place(of: step)
    while blocks.count <= index { blocks.append(.empty) }
    blocks[index].add(value)
  }

  /// Says what the value of `step` is, where it is the earliest or the newest one.
  mutating func note(step: Int, value: Float) {
    if step >= lastStep ?? 0 { (last, lastStep) = (value, step) }
    if step <= firstStep ?? .max { (first, firstStep) = (value, step) }
  }

  /// Adds what is known of `steps`, which begin at a multiple of `width`, a power of two; such blocks
  /// come in order, and before any single value.
  mutating func append(_ block: Block, _ steps: ClosedRange<Int>, stride width: Int) {
    note(step: steps.lowerBound, value: block.mean)
    note(step: steps.upperBound, value: block.mean)
    if blocks.isEmpty { (origin, stride) = (steps.lowerBound, width) }
    guard steps.lowerBound >= origin else { return }
    let index = place(of: steps.lowerBound)
    while blocks.count <= index { blocks.append(.empty) }
    blocks[index].add(block)
  }

  /// The block that `step` belongs to, once there is room for it.
  private mutating func place(of step: Int) -> Int {
    while true {
      // A shift takes a tenth of a division, and this is asked for each value of a trace.
      let index = (step - origin) >> stride.trailingZeroBitCount
      if index < capacity { return index }
      merge()
    }
  }

  private mutating func merge() {
    var merged = 0
    for index in Swift.stride(from: 0, to: blocks.count, by: 2) {
      var block = blocks[index]
      if index + 1 < blocks.count { block.add(blocks[index + 1]) }
      blocks[merged] = block
      merged += 1
    }
    blocks.removeLast(blocks.count - merged)
    stride *= 2
  }

  private mutating func extendDown(to step: Int) {
    while (origin - step + stride - 1) / stride + blocks.count > capacity { merge() }
    let count = (origin - step + stride - 1) / stride
    blocks.insert(contentsOf: repeatElement(.empty, count: count), at: 0)
    origin -= count * stride
  }
}

extension Series.Block {
  /// No values.
  public static let empty = Series.Block(
    min: .nan, mean: .nan, max: .nan, count: 0, nonFinite: 0)

  /// Finite values.
  public var finite: UInt32 { count - nonFinite }

  mutating func add(_ value: Float) {
    guard count < .max else { return }
    count += 1
    guard value.isFinite else { return nonFinite += 1 }
    if finite == 1 {
      (min, mean, max) = (value, value, value)
    } else {
      min = Swift.min(min, value)
      max = Swift.max(max, value)
      mean = Float(Double(mean) + (Double(value) - Double(mean)) / Double(finite))
    }
  }

  mutating func add(_ other: Self) {
    let (mine, theirs) = (Double(finite), Double(other.finite))
    if mine == 0 {
      (min, mean, max) = (other.min, other.mean, other.max)
    } else if theirs > 0 {
      min = Swift.min(min, other.min)
      max = Swift.max(max, other.max)
      mean = Float((Double(mean) * mine + Double(other.mean) * theirs) / (mine + theirs))
    }
    let (sum, overflows) = count.addingReportingOverflow(other.count)
    guard !overflows else { return }
    count = sum
    nonFinite += other.nonFinite
  }
}
