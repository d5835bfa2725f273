/** Plain requests to an emulator, without any provider in between. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into many shapes of JSON
  readonly json: any
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly text?: string
  readonly signal?: AbortSignal
}

export const ask = async (method: string, url: string, request: Ask = {}): Promise<Answer> => {
  const { headers = {}, json, form, text, signal } = request
  const body = form === undefined ? (json === undefined ? text : JSON.stringify(json)) : new URLSearchParams(form)
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  })
  const read = await response.text()
  return { status: response.status, headers: response.headers, text: read, json: parse(read) }
}

/** True when the call ended without a whole answer. */
export const breaks = (answer: Promise<unknown>): Promise<boolean> =>
  answer.then(
    () => false,
    () => true,
  )

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
