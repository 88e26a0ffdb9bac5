import Screen
import Testing

@Suite struct NamesApartTests {
  @Test func keepsWhatFits() {
    #expect(["a/b", "c"].fittedApart(to: 3) == ["a/b", "c"])
    #expect(["a/b"].fittedApart(to: 0) == [""])
    #expect([String]().fittedApart(to: 5) == [])
  }

  @Test func cutsBeginningsWhereEndsDiffer() {
    #expect(
      ["blocks/0/attend/linear.1", "blocks/0/attend/linear.2", "in"].fittedApart(to: 16)
        == ["…attend/linear.1", "…attend/linear.2", "in"])
  }

  @Test func cutsTheMiddleWhereBothEndsDiffer() {
    #expect(
      ["deep/0/block/linear.1", "deep/1/block/linear.1"].fittedApart(to: 14)
        == ["deep/0/…near.1", "deep/1/…near.1"])
  }

  @Test func abbreviatesModulesWhereTheMiddleDiffers() {
    let names = ["0/attend", "0/feed", "1/attend"].map { "blocks/\($0)/layernorm.0" }
    #expect(
      names.fittedApart(to: 16) == ["b/0/a/layer…rm.0", "b/0/f/layer…rm.0", "b/1/a/layer…rm.0"])
  }

  @Test func fitsWhateverItIs() {
    let names = ["a/very/long/path/to/nowhere/", "漢字/漢字/漢字", "x", "", "////////////////////"]
    for width in 0..<30 {
      let fitted = names.fittedApart(to: width)
      #expect(fitted.allSatisfy { $0.columns <= width }, "\(width): \(fitted)")
      #expect(fitted.count == names.count)
    }
  }
}
