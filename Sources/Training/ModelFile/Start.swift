internal import Autodiff

/// How a parameter starts.
enum Start: Sendable {
  case uniform(Float, Float)
  case normal(mean: Float, deviation: Float)
  case constant(Float)
  case numbers([Float])
  /// Orthonormal rows (or columns, if there are fewer of them), times the gain.
  case orthogonal(gain: Float)

  /// Fills a tensor.
  func fill(
    _ elements: UnsafeMutableBufferPointer<Float>, shape: Shape, from stream: inout RandomStream
  ) {
    switch self {
    case .uniform(let low, let high):
      for index in elements.indices { elements[index] = stream.uniform(low, high) }
    case .normal(let mean, let deviation):
      for index in elements.indices { elements[index] = mean + deviation * stream.normal() }
    case .constant(let value):
      elements.update(repeating: value)
    case .numbers(let numbers):
      _ = elements.update(from: numbers)
    case .orthogonal(let gain):
      let rows = shape.sizes.first ?? 1
      let columns = rows == 0 ? 0 : elements.count / rows
      let (long, short) = (max(rows, columns), min(rows, columns))
      let vectors = Self.orthonormal(short, of: long, from: &stream)
      for row in 0..<rows {
        for column in 0..<columns {
          let number = rows <= columns ? vectors[row][column] : vectors[column][row]
          elements[row * columns + column] = gain * Float(number)
        }
      }
    }
  }

  /// `count` orthonormal vectors, uniformly distributed: Gram and Schmidt's method on normal numbers,
  /// each vector projected twice so that rounding does no harm.
  private static func orthonormal(
    _ count: Int, of length: Int, from stream: inout RandomStream
  ) -> [[Double]] {
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<length).map { _ in Double(stream.normal()) }
      for _ in 0..<2 {
        for other in vectors {
          let part = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in 0..<length { vector[index] -= part * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-9 { vectors.append(vector.map { $0 / norm }) }
    }
    return vectors
  }
}
