import Glibc

extension DataDescription {
  /// Bytes of memory that this machine has.
  public static var machineMemory: Double {
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Refuses data to be made up for which there are no `memory` bytes of memory.
  func checkSize(_ memory: Double) throws(DataError) {
    guard let numbers = numbersPerSample, let samples else { return }
    let bytes = 4 * numbers * Double(samples)
    guard bytes > memory else { return }
    throw DataError(
      "data.samples",
      "\(samples) samples of \(Int(numbers)) numbers take \(Self.gigabytes(bytes)), "
        + "this machine has \(Self.gigabytes(memory)) of memory",
      hint: "\(Int(memory / 4 / numbers)) samples fit at most")
  }

  private static func gigabytes(_ bytes: Double) -> String {
    "\(Int((bytes / 1e9).rounded(.up))) GB"
  }

  /// Samples that are made up; nil where they are read.
  private var samples: Int? {
    switch source {
    case .spirals(_, let samples, _), .teacher(_, _, let samples), .adding(_, let samples),
      .copy(_, _, let samples), .images(_, _, _, let samples):
      samples
    case .npy, .csv, .idx, .text, .modular, .inline, .digits: nil
    }
  }

  /// Numbers of a sample that is made up, its target included; nil where samples are read.
  private var numbersPerSample: Double? {
    switch source {
    case .spirals: 3
    case .teacher(let inputs, let outputs, _): Double(inputs + outputs)
    case .adding(let length, _): 2 * Double(length) + 1
    case .copy(let length, _, _): 2 * (2 * Double(length) + 1)
    case .images(let size, _, let channels, _): Double(channels * size * size + 1)
    case .npy, .csv, .idx, .text, .modular, .inline, .digits: nil
    }
  }
}
