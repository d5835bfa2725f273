/**
 * Sends what goes to a host of the real world to an emulator instead, so that an example may show the lines that a user would
 * write. A host that nobody redirected is an error: no example leaves this machine.
 */
const targets = new Map<string, string>()
const realFetch = globalThis.fetch

/** `origin` such as `https://api.example.com`; `url` such as `http://127.0.0.1:4711`. */
export const redirect = (origin: string, url: string): void => {
  targets.set(origin, url)
  globalThis.fetch = redirectingFetch
}

const redirectingFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const { origin, pathname, search, hostname } = new URL(request.url)
  const target = targets.get(origin)
  if (target === undefined && hostname !== '127.0.0.1') throw new Error(`no emulator stands in for ${origin}`)
  const { method, headers, signal } = request
  // Not request.body: a body that streams is sent without its length.
  const body = request.body === null ? null : await request.arrayBuffer()
  return realFetch((target ?? origin) + pathname + search, {
    method,
    headers,
    body,
    signal,
    redirect: request.redirect,
  })
}
