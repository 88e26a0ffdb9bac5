/// How the channels of a tensor `[N, C, …]` stand in memory: as `[N, C / b, …, b]`.
///
/// b channels of a place stand side by side, so that a vector register holds as many channels of one
/// place. With P places in a plane, element (n, c, place) is the one at
///
///     ((n C/b + ⌊c / b⌋) P + place) b + c mod b
///
/// With b = 1 that is row order, with b = C the channels come last. b divides C: there is no padding,
/// so that whatever works element by element need not know in which order they stand.
public struct ChannelLayout: Hashable, Sendable {
  /// b.
  public let block: Int

  /// So many channels side by side.
  public init(block: Int) { self.block = block }

  /// Row order.
  public static let plain = ChannelLayout(block: 1)
}

/// The planes of a tensor `[N, C, …]`: where each starts, and how far apart its places are.
struct ChannelPlanes {
  /// N · C, for a tensor of any rank.
  let count: Int
  /// P.
  let places: Int
  /// How far apart neighbouring places are.
  let step: Int

  /// - Parameter places: P; the planes of tensors without a dimension for channels are in row order.
  init(_ operand: Operand, places: Int) {
    count = operand.shape.elementCount / max(1, places)
    self.places = places
    step = operand.layout.block
  }

  /// Where the plane at `index` starts, in elements.
  @inline(__always)
  func start(_ index: Int) -> Int { (index / step * places) * step + index % step }
}

extension ChannelLayout {
  /// The elements of a tensor of `shape` that stand in this layout, in row order.
  func rowOrder(_ elements: [Float], _ shape: Shape) -> [Float] {
    guard self != .plain, shape.rank > 1 else { return elements }
    let operand = Operand(tensor: TensorID(index: 0), shape: shape, layout: self)
    let planes = ChannelPlanes(operand, places: shape.sizes.dropFirst(2).reduce(1, *))
    var result: [Float] = []
    result.reserveCapacity(elements.count)
    for plane in 0..<planes.count {
      let start = planes.start(plane)
      for place in 0..<planes.places { result.append(elements[start + place * planes.step]) }
    }
    return result
  }
}
