import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Dispatcher } from 'undici'
import type { PlainFetch } from '../../http-provider.ts'
import type { HttpConfig } from '../config/http.ts'

/** A `fetch` through a proxy or with certificates of one's own; `undefined` where neither is asked for. */
export const targetFetch = async (
  { caFile, certFile, keyFile }: Pick<HttpConfig, 'caFile' | 'certFile' | 'keyFile'>,
  proxy: string | undefined,
  folder: string,
): Promise<{ readonly fetch: PlainFetch; readonly close: () => Promise<void> } | undefined> => {
  if (proxy === undefined && caFile === undefined && certFile === undefined) return undefined
  // Most targets need neither, and it takes a while to load.
  const [{ Agent, ProxyAgent }, { undiciFetch }] = await Promise.all([import('undici'), import('../../undici.ts')])
  const read = (path: string): string => readFileSync(resolve(folder, path), 'utf8')
  const tls = {
    // One's own authority comes beside those that are known, not instead of them.
    ...(caFile === undefined ? {} : { ca: [...rootCertificates, read(caFile)] }),
    ...(certFile === undefined || keyFile === undefined ? {} : { cert: read(certFile), key: read(keyFile) }),
  }
  const { ca } = { ca: undefined, ...tls }
  const dispatcher: Dispatcher =
    proxy === undefined
      ? new Agent({ connect: tls })
      : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: ca === undefined ? {} : { ca } })
  return { fetch: undiciFetch({ dispatcher }), close: () => dispatcher.close() }
}
