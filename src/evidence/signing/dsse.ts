import { isSignedBy, keyIdOf, type SigningKey, signedBy, type VerifyingKey } from './keys.ts'

/** A DSSE envelope, version 1. */
export interface Envelope {
  readonly payloadType: string
  /** Base64. */
  readonly payload: string
  readonly signatures: ReadonlyArray<{ readonly keyid?: string; readonly sig: string }>
}

export const inToto = 'application/vnd.in-toto+json'

/** What is signed: the type and the payload, each with its length in front. */
export const preAuthentication = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    Buffer.from(payload.buffer, payload.byteOffset, payload.length),
  ])

export const enveloped = (payload: Uint8Array, keys: ReadonlyArray<SigningKey>, payloadType = inToto): Envelope => ({
  payloadType,
  payload: Buffer.from(payload).toString('base64'),
  signatures: keys.map((key) => ({
    keyid: keyIdOf(key.publicKey),
    sig: signedBy(key, preAuthentication(payloadType, payload)).toString('base64'),
  })),
})

/** An envelope of this form, or undefined: its payload is not to be read before a signature holds. */
export const envelopeOf = (value: unknown): Envelope | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const { payloadType, payload, signatures } = value as Record<string, unknown>
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !isBase64(payload)) return undefined
  if (!Array.isArray(signatures) || signatures.length === 0) return undefined
  if (!signatures.every((each) => typeof each?.sig === 'string' && isBase64(each.sig))) return undefined
  return { payloadType, payload, signatures }
}

/** Those of the keys that have signed it. */
export const signersOf = (envelope: Envelope, keys: ReadonlyArray<VerifyingKey>): ReadonlyArray<VerifyingKey> => {
  const signed = preAuthentication(envelope.payloadType, Buffer.from(envelope.payload, 'base64'))
  return keys.filter((key) =>
    envelope.signatures.some(({ sig }) => isSignedBy(key, signed, Buffer.from(sig, 'base64'))),
  )
}

/** As it is written in one way only: with nothing left over in its last sign. */
export const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text
