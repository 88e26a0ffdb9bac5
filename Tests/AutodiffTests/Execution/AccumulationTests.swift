import Autodiff
import Testing

/// What happens to gradients between backward and update.
@Suite struct AccumulationTests {
  /// Gradients are of the mean over micro-batches.
  @Test func twoMicroBatchesAreOneOfTwiceTheSize() throws {
    let two = try TinyTraining(batch: 4) { $0.accumulate = 2 }
    let one = try TinyTraining(batch: 8)
    for step in 0..<3 {
      let (a, b) = (two.step(step), one.step(step))
      #expect(abs(a.loss - b.loss) < 1e-6)
      #expect(abs(a.gradNorm - b.gradNorm) < 1e-6)
      #expect(distance(two.gradients, one.gradients) < 1e-6)
    }
    #expect(distance(two.weights, one.weights) < 1e-6)
  }

  /// What forgetting `zero_grad()` does: gradients of all steps so far add up.
  @Test func withoutZeroGradGradientsPileUp() throws {
    let forgetful = try TinyTraining { $0.zeroGrad = false }
    let careful = try TinyTraining()
    var sum = Array(repeating: Float(0), count: careful.gradients.count)
    for step in 0..<3 {
      forgetful.step(step, rate: 0)
      careful.step(step, rate: 0)
      for (index, gradient) in careful.gradients.enumerated() { sum[index] += gradient }
      #expect(distance(forgetful.gradients, sum) < 1e-6)
    }
  }

  @Test func clippingByNormScalesTheUpdate() throws {
    let free = try TinyTraining()
    let clipped = try TinyTraining { $0.clipNorm = 0.25 }
    let before = free.weights
    let (a, b) = (free.step(0, rate: 1), clipped.step(0, rate: 1))
    #expect(a.clipFactor == nil)
    #expect(a.gradNorm > 0.25)
    #expect(abs(b.gradNorm - a.gradNorm) < 1e-6, "the norm is that before clipping")
    let factor = try #require(b.clipFactor)
    #expect(abs(factor - 0.25 / (a.gradNorm + 1e-6)) < 1e-7)
    let change = zip(clipped.weights, before).map { $0 - $1 }
    #expect(abs(norm(change) - 0.25) < 1e-5)
  }

  @Test func clippingByNormLeavesSmallGradientsAlone() throws {
    let free = try TinyTraining()
    let clipped = try TinyTraining { $0.clipNorm = 1e6 }
    free.step(0)
    #expect(clipped.step(0).clipFactor == 1)
    #expect(free.weights == clipped.weights)
  }

  /// What PyTorch's clipping leaves in `.grad` is what the next backward adds to.
  @Test func gatheredGradientsAreClippedInPlace() throws {
    let forgetful = try TinyTraining {
      $0.zeroGrad = false
      $0.clipValue = 0.01
    }
    forgetful.step(0, rate: 0)
    #expect(forgetful.gradients.allSatisfy { abs($0) <= 0.01 })
    #expect(forgetful.gradients.contains { abs($0) == 0.01 })
  }

  @Test func clippingByValueHoldsEachElement() throws {
    let clipped = try TinyTraining { $0.clipValue = 0.01 }
    let before = clipped.weights
    clipped.step(0, rate: 1)
    for ((now, then), gradient) in zip(zip(clipped.weights, before), clipped.gradients) {
      #expect(abs(then - min(0.01, max(-0.01, gradient)) - now) < 1e-6)
    }
    #expect(clipped.gradients.contains { abs($0) > 0.01 })
  }
}
