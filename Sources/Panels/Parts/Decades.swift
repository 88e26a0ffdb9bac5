import Glibc

extension Double {
  /// log₁₀ of it.
  var decimalLogarithm: Double { log10(self) }

  /// 10 to its power.
  var powerOfTen: Double { pow(10, self) }
}
