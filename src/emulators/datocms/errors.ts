import { retryAfterHeader } from '../server/rate.ts'
import type { FailureStatus, Reply } from '../server/system.ts'
import type { DatoCmsEmulatorSettings } from './options.ts'

/** An error body of DatoCMS: a list under `data`, not under `errors`. */
export const apiError = (code: string, details: object = {}, transient = false) => ({
  data: [
    {
      id: code.length.toString(16).padStart(6, 'e'),
      type: 'api_error',
      attributes: {
        code,
        ...(transient ? { transient } : {}),
        doc_url: `https://www.datocms.com/docs/content-management-api/errors#${code}`,
        details,
      },
    },
  ],
})

export const refusal = (status: number, code: string, details: object = {}): Reply => ({
  status,
  json: apiError(code, details),
})

/** What DatoCMS says at each status that comes from outside its routes. `resetMs`: the rest of the rate window. */
export const failDatoCms = (status: FailureStatus, settings: DatoCmsEmulatorSettings, resetMs: number): Reply => {
  if (status === 414) return { status, html: '<h1>414 Request-URI Too Large</h1>' }
  const code = codes[status]
  const { retryAfter = 'none', retryAfterMs = 1000 } = settings
  const reset = { 'x-ratelimit-reset': String(Math.max(1, Math.ceil(resetMs / 1000))) }
  return {
    status,
    json: apiError(code, {}, status === 503),
    headers: {
      ...(status === 429 ? reset : {}),
      ...(status === 429 || status === 503 ? retryAfterHeader(retryAfter, retryAfterMs) : {}),
    },
  }
}

const codes: Readonly<Record<Exclude<FailureStatus, 414>, string>> = {
  401: 'INVALID_AUTHORIZATION_HEADER',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'INVALID_ENDPOINT',
  413: 'INVALID_REQUEST',
  429: 'RATE_LIMIT_EXCEEDED',
  500: 'EXCEPTION',
  503: 'SERVICE_UNAVAILABLE',
}
