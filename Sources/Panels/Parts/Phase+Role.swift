internal import Screen
internal import TraceFormat

extension Phase {
  /// Its color.
  var role: Role {
    switch self {
    case .forward: .forward
    case .recompute: .recompute
    case .backward: .backward
    case .optimizer: .optimizer
    case .zeroGrad, .data, .offloadOut, .offloadIn, .collective: .data
    }
  }
}
