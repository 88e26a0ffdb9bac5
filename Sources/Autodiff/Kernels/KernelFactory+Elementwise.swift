internal import COneDNN

/// An elementwise function of oneDNN with the derivative that fits it.
enum Elementwise {
  case relu, sigmoid, tanh, gelu, geluTanh, silu, exp, log
  case power(Float)
  /// x where it is positive, slope · x elsewhere.
  case leakyReLU(slope: Float)
  /// x where it is positive, α (eˣ - 1) elsewhere.
  case elu(Float)
  /// factor · x.
  case scale(Float)

  var forward: dnnl_alg_kind_t {
    switch self {
    case .relu, .leakyReLU: dnnl_eltwise_relu
    case .sigmoid: dnnl_eltwise_logistic
    case .tanh: dnnl_eltwise_tanh
    case .gelu: dnnl_eltwise_gelu_erf
    case .geluTanh: dnnl_eltwise_gelu_tanh
    case .silu: dnnl_eltwise_swish
    case .exp: dnnl_eltwise_exp
    case .log: dnnl_eltwise_log
    case .power: dnnl_eltwise_pow
    case .elu: dnnl_eltwise_elu
    case .scale: dnnl_eltwise_linear
    }
  }

  /// Those that name the result compute the derivative from it.
  var backward: dnnl_alg_kind_t {
    guard usesResult else { return forward }
    return switch self {
    case .relu, .leakyReLU: dnnl_eltwise_relu_use_dst_for_bwd
    case .sigmoid: dnnl_eltwise_logistic_use_dst_for_bwd
    case .tanh: dnnl_eltwise_tanh_use_dst_for_bwd
    case .exp: dnnl_eltwise_exp_use_dst_for_bwd
    case .elu: dnnl_eltwise_elu_use_dst_for_bwd
    default: forward
    }
  }

  /// Whether the derivative is computed from the result.
  var usesResult: Bool {
    switch self {
    case .relu, .sigmoid, .tanh, .exp: true
    // With a negative factor the result does not tell on which side x was.
    case .leakyReLU(let factor), .elu(let factor): factor >= 0
    case .gelu, .geluTanh, .silu, .log, .power, .scale: false
    }
  }

  var parameters: (alpha: Float, beta: Float) {
    switch self {
    case .power(let exponent): (1, exponent)
    case .leakyReLU(let factor), .elu(let factor), .scale(let factor): (factor, 0)
    case .silu: (1, 0)
    default: (0, 0)
    }
  }
}

/// A function of two tensors, element by element.
enum Pairwise {
  case sum, difference, product, quotient

  var algorithm: dnnl_alg_kind_t {
    switch self {
    case .sum: dnnl_binary_add
    case .difference: dnnl_binary_sub
    case .product: dnnl_binary_mul
    case .quotient: dnnl_binary_div
    }
  }

  var isCommutative: Bool { self == .sum || self == .product }
}

extension KernelFactory {
  /// y = f(x).
  func apply(
    _ function: Elementwise, to x: Operand, into y: Operand
  ) throws(KernelError) -> [Kernel] {
    let count = x.shape.elementCount
    guard count > 0 else { return [] }
    if isTiny(x) { return [tinyApply(function, to: x, into: y)] }
    let threads = threads(elements: count)
    let data = try describe([count], type: x.type)
    return [
      kernel(
        "eltwise", try eltwise(function, count, x.type, threads: threads), threads: threads,
        arguments: [
          Argument(index: DNNL_ARG_SRC, tensor: x.tensor, description: data),
          Argument(index: DNNL_ARG_DST, tensor: y.tensor, description: data),
        ], reads: [x.tensor], writes: [y.tensor],
        pointwise: Pointwise([x, y], as: [DNNL_ARG_SRC, DNNL_ARG_DST]) {
          [self] count throws(KernelError) in
          try eltwise(function, count, x.type, threads: 1)
        })
    ]
  }

  private func eltwise(
    _ function: Elementwise, _ count: Int, _ type: ElementType, threads: Int
  ) throws(KernelError) -> CompiledPrimitive {
    let (alpha, beta) = function.parameters
    var (operation, data) = (dnnl_eltwise_desc_t(), try describe([count], type: type))
    try check(
      dnnl_eltwise_forward_desc_init(
        &operation, dnnl_forward_training, function.forward, &data, alpha, beta), "eltwise")
    return try primitive("eltwise", threads: threads, operation: &operation)
  }

  /// ∂x = ∂y f'(x), where `kept` is x or, if the function uses its result, y.
  func applyDerivative(
    of function: Elementwise, at kept: Operand, to upstream: Operand, into target: GradientTarget
  ) throws(KernelError) -> [Kernel] {
    let count = kept.shape.elementCount
    guard count > 0 else { return [] }
    if isTiny(kept) {
      return [tinyDerivative(of: function, at: kept, to: upstream, into: target)]
    }
    let (threads, type) = (threads(elements: count), kept.type)
    let form = function.usesResult ? DNNL_ARG_DST : DNNL_ARG_SRC
    return try accumulating(into: target) { operand throws(KernelError) in
      [
        try sliced(
          "eltwise backward", [kept, upstream, operand], reads: 2,
          as: [form, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC], threads: threads
        ) { [self] count throws(KernelError) in
          let primitive = try eltwiseBackward(function, count, type)
          primitive.place = try StackPlace.ofDerivatives(type, self)
          return primitive
        }
      ]
    }
  }

  /// What computes the derivative of so many elements, on one thread.
  func eltwiseBackward(
    _ function: Elementwise, _ count: Int, _ type: ElementType
  ) throws(KernelError) -> CompiledPrimitive {
    let (alpha, beta) = function.parameters
    var data = try describe([count], type: type)
    var (forward, operation) = (dnnl_eltwise_desc_t(), dnnl_eltwise_desc_t())
    try check(
      dnnl_eltwise_forward_desc_init(
        &forward, dnnl_forward_training, function.forward, &data, alpha, beta), "eltwise")
    let hint = try PrimitiveDescription("eltwise", context: context, operation: &forward)
    try check(
      dnnl_eltwise_backward_desc_init(&operation, function.backward, &data, &data, alpha, beta),
      "eltwise backward")
    return try primitive("eltwise backward", threads: 1, operation: &operation, hint: hint)
  }

  /// c = f(a ∘ b (+ c)), where b's sizes equal a's or are 1.
  func combine(
    _ function: Pairwise, _ a: Operand, _ b: Operand, into c: Operand, accumulates: Bool = false,
    activation: Elementwise? = nil
  ) throws(KernelError) -> [Kernel] {
    guard c.shape.elementCount > 0 else { return [] }
    let threads = threads(elements: c.shape.elementCount)
    let same = a.shape == b.shape
    let wide = same ? [a.shape.elementCount] : dimensions(a.shape)
    let narrow = same ? wide : dimensions(b.shape.padded(to: wide.count))
    let places = [DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST]
    let make = {
      [self] (sizes: [[Int]], threads: Int) throws(KernelError) -> CompiledPrimitive in
      var first = try describe(sizes[0], type: a.type)
      var second = try describe(sizes[1], type: b.type)
      var result = try describe(sizes[2], type: c.type)
      var operation = dnnl_binary_desc_t()
      try check(
        dnnl_binary_desc_init(&operation, function.algorithm, &first, &second, &result), "binary")
      return try primitive(
        "binary", threads: threads, operation: &operation, sums: accumulates,
        activation: activation)
    }
    var arguments: [Argument] = []
    for (place, (operand, sizes)) in zip(places, [(a, wide), (b, narrow), (c, wide)]) {
      arguments.append(
        Argument(
          index: place, tensor: operand.tensor,
          description: try describe(sizes, type: operand.type)))
    }
    return [
      kernel(
        "binary", try make([wide, narrow, wide], threads), threads: threads, arguments: arguments,
        reads: [a.tensor, b.tensor], writes: [c.tensor],
        pointwise: same
          ? Pointwise([a, b, c], as: places) { count throws(KernelError) in
            try make([[count], [count], [count]], 1)
          } : nil)
    ]
  }

  /// Kernels that can only overwrite, made to add where `target` accumulates: through a tensor of
  /// their own.
  func accumulating(
    into target: GradientTarget, _ make: (Operand) throws(KernelError) -> [Kernel]
  ) throws(KernelError) -> [Kernel] {
    guard target.accumulates else { return try make(target.operand) }
    let part = temporary(target.operand.shape, target.operand.layout, target.operand.type)
    return try make(part)
      + combine(.sum, target.operand, part, into: target.operand)
  }
}
