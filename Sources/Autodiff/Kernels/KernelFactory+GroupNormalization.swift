/// oneDNN 2.6 has no group normalization: these are loops of ours.
extension KernelFactory {
  /// y = w n + b, with the mean and 1 / √(variance + ε) of each sample's groups.
  func normalizeGroups(
    _ x: Operand, groups: Int, epsilon: Float, affine: [TensorID], into y: TensorID,
    mean: TensorID, inverse: TensorID
  ) -> Kernel {
    let form = GroupForm(x.shape, groups: groups)
    return loop(
      "group norm", reads: [x.tensor] + affine, writes: [y, mean, inverse],
      count: form.blocks, elements: x.shape.elementCount
    ) { addresses in
      let (x, y) = (addresses.floats(x.tensor), addresses.floats(y))
      let (means, inverses) = (addresses.floats(mean), addresses.floats(inverse))
      let w = affine.first.map { addresses.floats($0) }
      let b = affine.count > 1 ? addresses.floats(affine[1]) : nil
      return { blocks in
        for block in blocks {
          let from = x + block * form.size
          let mean = Float(LineSums.sum(from, count: form.size) / Double(form.size))
          let variance =
            LineSums.deviations(from, from: mean, count: form.size) / Double(form.size)
          let inverse = Float(1 / (variance + Double(epsilon)).squareRoot())
          means[block] = mean
          inverses[block] = inverse
          for channel in 0..<form.width {
            let index = block % groups * form.width + channel
            let (scale, shift) = ((w?[index] ?? 1) * inverse, b?[index] ?? 0)
            let (line, to) = (from + channel * form.places, y + form.line(block, channel))
            for place in 0..<form.places { to[place] = (line[place] - mean) * scale + shift }
          }
        }
      }
    }
  }

  /// For each sample and channel Σ ∂y and, behind all of those, Σ ∂y n.
  func groupSums(
    _ x: Operand, groups: Int, upstream: TensorID, mean: TensorID, inverse: TensorID,
    into sums: TensorID
  ) -> Kernel {
    let form = GroupForm(x.shape, groups: groups)
    return loop(
      "group norm sums", reads: [x.tensor, upstream, mean, inverse], writes: [sums],
      count: form.blocks, elements: x.shape.elementCount
    ) { addresses in
      let (x, dy) = (addresses.floats(x.tensor), addresses.floats(upstream))
      let (means, inverses) = (addresses.floats(mean), addresses.floats(inverse))
      let sums = addresses.floats(sums)
      return { blocks in
        for block in blocks {
          for channel in 0..<form.width {
            let start = form.line(block, channel)
            let index = block * form.width + channel
            sums[index] = Float(LineSums.sum(dy + start, count: form.places))
            let product = LineSums.dot(
              dy + start, x + start, from: means[block], count: form.places)
            sums[form.blocks * form.width + index] = Float(product) * inverses[block]
          }
        }
      }
    }
  }

  /// ∂x = (g - mean(g) - n mean(g n)) / √(variance + ε) (+ ∂x).
  func normalizeGroupsBackward(
    _ x: Operand, groups: Int, weight: TensorID?, upstream: TensorID, mean: TensorID,
    inverse: TensorID, sums: TensorID, into target: GradientTarget
  ) -> Kernel {
    let form = GroupForm(x.shape, groups: groups)
    let (dx, accumulates) = (target.operand.tensor, target.accumulates)
    return loop(
      "group norm backward",
      reads: [x.tensor, upstream, mean, inverse, sums] + (weight.map { [$0] } ?? []),
      writes: [dx], count: form.blocks, elements: x.shape.elementCount
    ) { addresses in
      let (x, dy, dx) =
        (addresses.floats(x.tensor), addresses.floats(upstream), addresses.floats(dx))
      let (means, inverses) = (addresses.floats(mean), addresses.floats(inverse))
      let (sums, w) = (addresses.floats(sums), weight.map { addresses.floats($0) })
      return { blocks in
        for block in blocks {
          var (sumG, sumGN) = (0.0, 0.0)
          for channel in 0..<form.width {
            let index = block * form.width + channel
            let scale = Double(w?[block % groups * form.width + channel] ?? 1)
            sumG += scale * Double(sums[index])
            sumGN += scale * Double(sums[form.blocks * form.width + index])
          }
          let (mean, inverse) = (means[block], inverses[block])
          let meanG = Float(sumG / Double(form.size))
          let slope = Float(sumGN / Double(form.size)) * inverse
          for channel in 0..<form.width {
            let scale = w?[block % groups * form.width + channel] ?? 1
            let start = form.line(block, channel)
            let (from, g, to) = (x + start, dy + start, dx + start)
            for place in 0..<form.places {
              let part = (scale * g[place] - meanG - (from[place] - mean) * slope) * inverse
              to[place] = accumulates ? to[place] + part : part
            }
          }
        }
      }
    }
  }

  /// y = Σ over samples of one half of `groupSums` (+ y).
  func sumOverSamples(
    _ sums: TensorID, half: Int, samples: Int, into target: GradientTarget
  ) -> Kernel {
    let (y, accumulates) = (target.operand.tensor, target.accumulates)
    let channels = target.operand.shape.elementCount
    return Kernel("sum over samples", reads: [sums], writes: [y]) {
      addresses throws(KernelError) in
      let (from, y) =
        (addresses.floats(sums) + half * samples * channels, addresses.floats(y))
      return {
        for channel in 0..<channels {
          var sum = 0.0
          for sample in 0..<samples { sum += Double(from[sample * channels + channel]) }
          y[channel] = (accumulates ? y[channel] : 0) + Float(sum)
        }
      }
    }
  }
}

/// How groups stand in a tensor `[N, C, …]`: a block for each sample and group.
private struct GroupForm {
  /// Blocks, N G.
  let blocks: Int
  /// Channels of a block.
  let width: Int
  /// Elements of a channel.
  let places: Int

  init(_ x: Shape, groups: Int) {
    blocks = x.sizes[0] * groups
    width = x.sizes[1] / groups
    places = x.sizes.dropFirst(2).reduce(1, *)
  }

  /// Elements of a block.
  var size: Int { width * places }

  /// Where a channel of a block starts.
  func line(_ block: Int, _ channel: Int) -> Int { (block * width + channel) * places }
}
