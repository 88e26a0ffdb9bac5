import CChecksum
import SeededNumbers
import Testing

@testable import TraceFormat

@Suite struct ChecksumTests {
  /// The check values of both polynomials: the catalogue of parametrised CRC algorithms.
  @Test func knownValues() {
    Array("123456789".utf8).withUnsafeBytes { bytes in
      #expect(crc32(bytes) == 0xcbf4_3926)
      #expect(crc32c(bytes) == 0xe306_9283)
      #expect(gradtop_crc32c_portable(0, bytes.baseAddress, bytes.count) == 0xe306_9283)
    }
  }

  /// RFC 3720, B.4.
  @Test func thirtyTwoZeros() {
    [UInt8](repeating: 0, count: 32).withUnsafeBytes { #expect(crc32c($0) == 0x8a91_36aa) }
  }

  @Test(arguments: 0..<40) func withAndWithoutTheInstructionTheSame(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let seed = UInt32.random(in: 0...(.max), using: &generator)
    bytes.withUnsafeBytes { bytes in
      let portable = gradtop_crc32c_portable(seed, bytes.baseAddress, bytes.count)
      #expect(crc32c(bytes, continuing: seed) == portable)
    }
  }

  @Test func goesOnFromWhatCameBefore() {
    let bytes = (0..<100).map { UInt8($0) }
    bytes.withUnsafeBytes { bytes in
      let (head, tail) = (bytes[..<37], bytes[37...])
      for checksum in [crc32, crc32c] as [(UnsafeRawBufferPointer, UInt32) -> UInt32] {
        let first = checksum(UnsafeRawBufferPointer(rebasing: head), 0)
        #expect(
          checksum(UnsafeRawBufferPointer(rebasing: tail), first) == checksum(bytes, 0))
      }
    }
  }
}
