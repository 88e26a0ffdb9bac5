import Autodiff
import Testing

/// Each primitive over many shapes, against differences.
@Suite struct GradientTests {
  @Test(arguments: [[], [1], [7], [3, 5], [2, 3, 4], [1, 1], [0, 4], [16, 33]] as [Shape])
  func ofActivations(_ shape: Shape) throws {
    for primitive in [
      Sigmoid(), Tanh(), GELU(), GELU(approximatesByTanh: true), SiLU(), Exp(), Scale(factor: -3),
    ] as [any Primitive] {
      try expectGradientsMatch(primitive, of: [.trained(shape)])
    }
    try expectGradientsMatch(Log(), of: [.trained(shape, in: 1...3)])
  }

  @Test(arguments: [[], [7], [3, 5], [0, 4], [5, 17]] as [Shape])
  func ofActivationsWithAKink(_ shape: Shape) throws {
    for primitive in [
      LeakyReLU(), LeakyReLU(negativeSlope: -0.5), ELU(), ELU(alpha: 0.3), ELU(alpha: -1),
    ] as [any Primitive] {
      try expectGradientsMatch(primitive, of: [.trained(shape, in: 0.2...2)])
      try expectGradientsMatch(primitive, of: [.trained(shape, in: -2 ... -0.2)])
    }
  }

  /// Away from the kink at 0, where no derivative exists.
  @Test(arguments: [[], [7], [3, 5], [2, 3, 4], [0, 4], [5, 17]] as [Shape])
  func ofReLU(_ shape: Shape) throws {
    try expectGradientsMatch(ReLU(), of: [.trained(shape, in: 0.2...2)])
    try expectGradientsMatch(ReLU(), of: [.trained(shape, in: -2 ... -0.2)])
  }

  /// As PyTorch has it.
  @Test func ofReLUAtZeroIsZero() throws {
    let probe = try GradientProbe(ReLU(), of: [.trained([4], in: 0...0)])
    #expect(probe.gradients() == [[0, 0, 0, 0]])
  }

  @Test(
    arguments: [
      ([3, 4], [5, 4]), ([1, 1], [1, 1]), ([2, 3, 4], [5, 4]), ([17, 33], [9, 33]), ([4], [2, 4]),
      ([0, 4], [2, 4]), ([3, 0], [2, 0]), ([5, 1], [7, 1]),
    ] as [(Shape, Shape)])
  func ofLinear(_ x: Shape, _ weight: Shape) throws {
    let bias = Shape([weight.sizes[0]])
    try expectGradientsMatch(Linear(), of: [.trained(x), .trained(weight), .trained(bias)])
    try expectGradientsMatch(Linear(), of: [.trained(x), .trained(weight)])
    try expectGradientsMatch(Linear(), of: [.fixed(x), .trained(weight), .trained(bias)])
    try expectGradientsMatch(Linear(), of: [.trained(x), .fixed(weight)])
  }

  @Test(
    arguments: [
      ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]), ([], [3, 4]), ([3, 4], []),
      ([], []), ([2, 3, 4], [3, 1]), ([1], [5]), ([0, 4], [4]), ([2, 1, 3, 1], [4, 1, 5]),
    ] as [(Shape, Shape)])
  func ofArithmetic(_ a: Shape, _ b: Shape) throws {
    for primitive in [Add(), Sub(), Mul()] as [any Primitive] {
      try expectGradientsMatch(primitive, of: [.trained(a), .trained(b)])
      try expectGradientsMatch(primitive, of: [.fixed(a), .trained(b)])
      try expectGradientsMatch(primitive, of: [.trained(a), .fixed(b)])
    }
    let divisor = Operand.trained(b, in: 1...3)
    try expectGradientsMatch(Div(), of: [.trained(a), divisor], step: 0x1p-5)
    try expectGradientsMatch(Div(), of: [.fixed(a), divisor], step: 0x1p-5)
  }

  @Test(
    arguments: [
      ([3, 4], [4, 5]), ([2, 3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([1, 3, 4], [6, 4, 2]),
      ([6, 3, 4], [1, 4, 2]), ([2, 1, 3, 4], [5, 4, 2]), ([1, 1], [1, 1]), ([0, 3], [3, 2]),
      ([2, 3, 0], [2, 0, 4]), ([3, 4], [2, 4, 5]), ([4, 17, 33], [4, 33, 9]),
    ] as [(Shape, Shape)])
  func ofMatMul(_ a: Shape, _ b: Shape) throws {
    try expectGradientsMatch(MatMul(), of: [.trained(a), .trained(b)])
    try expectGradientsMatch(MatMul(), of: [.trained(a), .fixed(b)])
    try expectGradientsMatch(MatMul(), of: [.fixed(a), .trained(b)])
  }

  @Test(
    arguments: [
      ([3, 4], -1), ([3, 4], 0), ([2, 3, 4], 1), ([2, 3, 4], 2), ([5], 0), ([1, 1], 1),
      ([2, 1, 7], 1), ([0, 4], 1), ([9, 33], -1),
    ] as [(Shape, Int)])
  func ofSoftmax(_ shape: Shape, _ dimension: Int) throws {
    try expectGradientsMatch(Softmax(dimension: dimension), of: [.trained(shape)])
    try expectGradientsMatch(
      LogSoftmax(dimension: dimension), of: [.trained(shape)], tolerance: 5e-4)
  }

  @Test func ofShapeChanges() throws {
    let x = Operand.trained([3, 2, 4])
    for primitive in [
      Reshape(sizes: [8]), Reshape(sizes: [2, -1, 2]), Identity(), Transpose(0, 1),
      Transpose(-1, 0), Transpose(1, 1), Select(dimension: 1, index: 1),
      Select(dimension: -1, index: -4), Select(dimension: 0, index: 2),
    ] as [any Primitive] {
      try expectGradientsMatch(primitive, of: [x])
    }
  }

  @Test(arguments: [0, 1, 2, -1])
  func ofConcat(_ dimension: Int) throws {
    var shapes: [Shape] = [[2, 3, 4], [2, 3, 4], [2, 3, 4]]
    let axis = dimension < 0 ? dimension + 3 : dimension
    shapes[1].sizes[axis] = 5
    shapes[2].sizes[axis] = 0
    try expectGradientsMatch(
      Concat(dimension: dimension), of: shapes.map { Operand.trained($0) })
  }

  @Test(arguments: [[], [5], [3, 4], [0, 2]] as [Shape])
  func ofPow(_ shape: Shape) throws {
    for exponent in [2, 3, 1, 0] as [Float] {
      try expectGradientsMatch(Pow(exponent: exponent), of: [.trained(shape)])
    }
    for exponent in [0.5, -1, -2, 1.7] as [Float] {
      try expectGradientsMatch(
        Pow(exponent: exponent), of: [.trained(shape, in: 1...3)], step: 0x1p-5)
    }
  }

  @Test(
    arguments: [
      (nil, [3, 4]), (nil, []), (nil, [1]), ([0], [3, 4]), ([1], [3, 4]), ([-1], [2, 3, 4]),
      ([0, 2], [2, 3, 4]), ([1], [2, 1, 4]), ([0], [0, 4]),
    ] as [([Int]?, Shape)])
  func ofReductions(_ dimensions: [Int]?, _ shape: Shape) throws {
    for keeps in [false, true] {
      try expectGradientsMatch(
        Sum(dimensions: dimensions, keepsDimensions: keeps), of: [.trained(shape)])
      guard shape.elementCount > 0 else { continue }
      try expectGradientsMatch(
        Mean(dimensions: dimensions, keepsDimensions: keeps), of: [.trained(shape)])
    }
  }

  @Test(arguments: [[3, 8], [1, 5], [2, 3, 4], [5, 33], [4, 3], [0, 4]] as [Shape])
  func ofLayerNorm(_ shape: Shape) throws {
    let width = Shape([shape.width])
    try expectGradientsMatch(
      LayerNorm(normalized: width), of: [.trained(shape), .trained(width), .trained(width)],
      step: 0x1p-6, tolerance: 5e-4)
    try expectGradientsMatch(
      LayerNorm(normalized: width), of: [.trained(shape)], step: 0x1p-6, tolerance: 5e-4)
  }

  @Test func ofLayerNormOverTwoDimensions() throws {
    try expectGradientsMatch(
      LayerNorm(normalized: [3, 4]),
      of: [.trained([5, 3, 4]), .trained([3, 4]), .trained([3, 4])],
      step: 0x1p-6, tolerance: 5e-4)
  }

  @Test(arguments: [[2, 3, 4], [5], [2, 1, 3], [0, 2, 3]] as [Shape])
  func ofFlatten(_ shape: Shape) throws {
    try expectGradientsMatch(Flatten(start: 0), of: [.trained(shape)])
    if shape.rank > 1 { try expectGradientsMatch(Flatten(), of: [.trained(shape)]) }
  }

  @Test(arguments: [[4, 3], [1, 1], [5], [2, 3, 4], [16, 33]] as [Shape])
  func ofLossesOfPairs(_ shape: Shape) throws {
    for averages in [true, false] {
      for loss in [MSELoss(averages: averages), BCEWithLogitsLoss(averages: averages)]
        as [any Primitive]
      {
        try expectGradientsMatch(loss, of: [.trained(shape), .fixed(shape)])
        try expectGradientsMatch(loss, of: [.trained(shape), .trained(shape)])
      }
      // Away from the kinks at y = t and |y - t| = δ.
      for loss in [
        L1Loss(averages: averages), HuberLoss(averages: averages, delta: 0.7),
        HuberLoss(averages: averages, delta: 9),
      ] as [any Primitive] {
        try expectGradientsMatch(
          loss, of: [.trained(shape, in: 1...2), .trained(shape, in: -0.5...0)])
      }
    }
  }

  @Test(
    arguments: [([4, 3], [4]), ([1, 2], [1]), ([2, 3, 5], [2, 3]), ([16, 33], [16])]
      as [(Shape, Shape)])
  func ofLossesOfClasses(_ x: Shape, _ targets: Shape) throws {
    for averages in [true, false] {
      for loss in [
        CrossEntropyLoss(averages: averages), NLLLoss(averages: averages),
        CrossEntropyLoss(averages: averages, labelSmoothing: 0.2),
      ] as [any Primitive] {
        try expectGradientsMatch(
          loss, of: [.trained(x), .classes(targets, below: x.width)], tolerance: 3e-4)
      }
    }
  }
}
