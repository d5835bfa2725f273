/** What SSH writes: strings with their length in front, numbers of four bytes, whole numbers of any length. */
export interface WireReader {
  readonly string: () => Buffer
  readonly uint32: () => number
  readonly byte: () => number
  readonly bytes: (count: number) => Buffer
  readonly isAtEnd: () => boolean
}

/** Throws `RangeError` where the bytes end too early. */
export const openWire = (data: Buffer): WireReader => {
  let at = 0
  const bytes = (count: number): Buffer => {
    if (at + count > data.length) throw new RangeError('it ends too early')
    at += count
    return data.subarray(at - count, at)
  }
  const uint32 = (): number => bytes(4).readUInt32BE(0)
  return {
    bytes,
    uint32,
    byte: () => bytes(1).readUInt8(0),
    string: () => bytes(uint32()),
    isAtEnd: () => at === data.length,
  }
}

export const wireString = (data: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(data as Uint8Array)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A whole number without the zero that keeps it from being negative. */
export const unsigned = (mpint: Buffer): Buffer => {
  let at = 0
  while (at < mpint.length - 1 && mpint[at] === 0) at++
  return mpint.subarray(at)
}
