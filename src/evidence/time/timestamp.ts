import { createHash, randomBytes, webcrypto } from 'node:crypto'

/** Both are optional: only who asks for the time of an authority needs them. */
const load = async () => {
  try {
    const [pkijs, asn1js] = await Promise.all([import('pkijs'), import('asn1js')])
    pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto }))
    return { pkijs, asn1js }
  } catch (cause) {
    throw new Error('the packages pkijs and asn1js are needed for this: npm install pkijs@4 asn1js@4', { cause })
  }
}

const sha256 = '2.16.840.1.101.3.4.2.1'
/** What the content of a token is. */
const timeInfo = '1.2.840.113549.1.9.16.1.4'
const signedData = '1.2.840.113549.1.7.2'

/** What an authority is asked (RFC 3161): the hash of some bytes, with a nonce, and for its certificate. */
export const timestampRequest = async (data: Uint8Array): Promise<Uint8Array> => {
  const { pkijs, asn1js } = await load()
  const nonce = randomBytes(8)
  // Positive, and written in one way.
  nonce[0] = ((nonce[0] as number) & 0x7f) | 0x40
  const request = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: bufferOf(createHash('sha256').update(data).digest()) }),
    }),
    nonce: new asn1js.Integer({ valueHex: bufferOf(nonce) }),
    certReq: true,
  })
  return new Uint8Array(request.toSchema().toBER())
}

/** When an authority has seen some bytes, by its reply; or a sentence about why that does not show it. */
export const timestampOf = async (
  reply: Uint8Array,
  data: Uint8Array,
): Promise<{ readonly at: Date; readonly by: string } | string> => {
  const { pkijs, asn1js } = await load()
  try {
    const response = pkijs.TimeStampResp.fromBER(bufferOf(reply))
    const { timeStampToken: token, status } = response
    if (token === undefined || status.status !== 0 || token.contentType !== signedData)
      return `the authority has refused it (${status.status})`
    if (!Buffer.from(response.toSchema().toBER()).equals(Buffer.from(reply))) return 'it was altered'
    const signed = new pkijs.SignedData({ schema: token.content })
    const content = signed.encapContentInfo.eContent
    if (content === undefined || signed.encapContentInfo.eContentType !== timeInfo) return 'there is no time in it'
    const stamped = pkijs.TSTInfo.fromBER(content.getValue())
    const isValid = await signed.verify({ signer: 0, data: bufferOf(data), checkChain: false })
    if (!isValid) return 'its signature does not hold, or is of other bytes'
    const [signer] = signed.signerInfos
    // RFC 5816: what is signed names the certificate by its hash, and so covers all of it.
    const attributes = Buffer.from(signer?.signedAttrs?.toSchema().toBER() ?? new ArrayBuffer(0))
    const isNamed = (der: Buffer): boolean =>
      ['sha256', 'sha384', 'sha512', 'sha1'].some((name) => attributes.includes(createHash(name).update(der).digest()))
    const certificate = (signed.certificates ?? []).find(
      (each) => each instanceof pkijs.Certificate && isNamed(Buffer.from(each.toSchema().toBER())),
    )
    if (!(certificate instanceof pkijs.Certificate) || signer === undefined)
      return 'it is not of a certificate that it carries'
    const { issuer, serialNumber } = certificate
    const own = Buffer.from(new pkijs.IssuerAndSerialNumber({ issuer, serialNumber }).toSchema().toBER())
    // Names are compared without regard to capitals by who looks for the certificate.
    const isOwn = own.equals(Buffer.from(signer.sid.toSchema().toBER()))
    const digests = signed.digestAlgorithms.map(({ algorithmId }) => algorithmId)
    const isPlain = [...signed.digestAlgorithms, signer.digestAlgorithm].every(
      ({ algorithmParams }) => algorithmParams === undefined || algorithmParams instanceof asn1js.Null,
    )
    const isForm =
      isPlain &&
      isOwn &&
      signed.version === 3 &&
      signer.version === 1 &&
      digests.includes(signer.digestAlgorithm.algorithmId)
    const bytes = Buffer.from(signer.signature.valueBlock.valueHexView)
    const isElliptic = signer.signatureAlgorithm.algorithmId.startsWith('1.2.840.10045.')
    if (isElliptic && !isPairOfNumbers(bytes)) return 'it was altered'
    if (!isForm) return 'it is not of the certificate that it carries'
    const names = certificate.subject.typesAndValues
    return { at: stamped.genTime, by: names.map(({ value }) => String(value.valueBlock.value)).join(', ') }
  } catch (cause) {
    return `it can't be read: ${(cause as Error).message}`
  }
}

/** A signature of an elliptic curve is a sequence of two numbers (DER), and nothing besides: the library reads other forms, too. */
const isPairOfNumbers = (bytes: Buffer): boolean => {
  const first = bytes[3] ?? 0
  const second = bytes[5 + first] ?? 0
  return (
    bytes[0] === 0x30 &&
    bytes[1] === bytes.length - 2 &&
    bytes[2] === 0x02 &&
    bytes[4 + first] === 0x02 &&
    bytes.length === 6 + first + second
  )
}

const bufferOf = (data: Uint8Array): ArrayBuffer => Uint8Array.from(data).buffer
