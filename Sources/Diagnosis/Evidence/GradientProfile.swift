import Glibc
import TraceFormat
import TraceSession

/// How large ∂L/∂output is along the way from the loss to the input: norms, as log10.
///
/// A norm and not an RMS, because a layer that only changes the number of elements (a pooling, a
/// wide layer before a narrow one) leaves it alone.
public struct GradientProfile: Sendable {
  /// What was measured at one node.
  public struct Point: Sendable {
    /// The node's place in execution order.
    public var position: Int
    /// Nodes with weights up to it.
    public var depth: Int
    /// log10 √elements.
    var logRoot: Double
    /// The root mean square.
    public var rms: Float

    /// log10 of the norm; `zero` for a norm of 0.
    public var level: Double { rms > 0 ? log10(Double(rms)) + logRoot : GradientProfile.zero }
  }

  /// What stands for log10 0: no Float is so small.
  public static let zero = -50.0

  /// From the input to the last node before the loss; nodes without a finite gradient are left out.
  public let points: [Point]

  /// Decades by which the gradient at the input is below the one at the loss.
  public let fall: Double

  /// The gradients in the rows of `columns`; nil where fewer than two nodes have one.
  init?(_ columns: ActivationColumns, _ rows: [Int], _ layout: NetworkLayout) {
    guard !columns.gradRMS.isEmpty else { return nil }
    var points: [Point] = []
    points.reserveCapacity(layout.spine.count)
    for waypoint in layout.spine {
      let row = rows[waypoint.position]
      guard row >= 0, let rms = columns.measuredGradRMS(at: row), rms.isFinite else { continue }
      points.append(
        Point(
          position: waypoint.position, depth: waypoint.depth, logRoot: waypoint.logRoot, rms: rms))
    }
    guard points.count >= 2, let last = points.last, last.rms > 0 else { return nil }
    self.points = points
    fall = last.level - points[0].level
  }

  /// Layers with weights between the first and the last point.
  public var depth: Int { points[points.count - 1].depth - points[0].depth }

  /// The factor by which the gradient's norm changes from a layer to the one before it, on average.
  public var gain: Double { depth > 0 ? pow(10, -fall / Double(depth)) : 1 }

  /// The point nearest to the loss at which the gradient has fallen by more than `decades`; the first
  /// point where there is none.
  public func breakPoint(decades: Double) -> Point {
    let reference = points[points.count - 1].level
    return points.last { reference - $0.level > decades } ?? points[0]
  }

  /// The point nearest to the loss at which the gradient has risen by more than `decades`.
  public func risePoint(decades: Double) -> Point {
    let reference = points[points.count - 1].level
    return points.last { $0.level - reference > decades } ?? points[0]
  }
}
