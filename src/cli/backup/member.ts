import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)

/** What is encrypted at once: the format of age has blocks of this many bytes, and only the last one may be shorter. */
export const blockBytes = 65_536

/** One gzip member: what follows it may be lost, and it is still read. */
export const memberOf = (text: string): Promise<Buffer> => compress(Buffer.from(text))

/** The same, filled up to whole blocks with a member that holds nothing. */
export const paddedMemberOf = async (text: string): Promise<Buffer> => {
  const member = await memberOf(text)
  const rest = (blockBytes - (member.length % blockBytes)) % blockBytes
  if (rest === 0) return member
  return Buffer.concat([member, emptyMember(rest < leastEmpty ? rest + blockBytes : rest)])
}

/** Lines, filled up to whole blocks with blanks before the last line break: JSON lets them stand there. */
export const paddedLines = (text: string): Buffer => {
  const lines = Buffer.from(text)
  const rest = (blockBytes - (lines.length % blockBytes)) % blockBytes
  return Buffer.concat([lines.subarray(0, -1), Buffer.alloc(rest, ' '), lines.subarray(-1)])
}

/** Header with an extra field, an empty block, and a checksum and length of zero: RFC 1952. */
const leastEmpty = 22

export const emptyMember = (bytes = leastEmpty): Buffer => {
  const extra = bytes - leastEmpty
  const member = Buffer.alloc(bytes)
  member.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff])
  member.writeUInt16LE(extra, 10)
  member.set([3, 0], 12 + extra)
  return member
}
