/** What goes wrong with statuses. */
import * as t from 'io-ts'
import { type CallContext, on, type ProviderError, type Verdict } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { deleteRequest, named, Results, silentAdapter } from './adapters.ts'
import { type Ask, byHand, requestOf } from './by-hand.ts'
import { allDeleted, type Broken, broken, issuedSubject, results, resultsSubject, silentSubject } from './sound.ts'

const locked = { code: 'locked', message: 'it is locked' }

export const brokenStatuses: ReadonlyArray<Broken> = [
  broken(
    'takes a 429 for an answer',
    '429 with Retry-After in seconds is waited for',
    /deleted by reply, and it still exists/,
    silentSubject,
    {
      provider: silentAdapter({
        deleteBatch: { request: deleteRequest, replies: [on([204, 429], t.unknown, allDeleted)] },
      }),
    },
  ),
  broken(
    'takes a 403 for a refused record',
    'a 403 halts the run, and nothing is called deleted',
    /lets nobody in/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'unconfirmed' })),
          on(403, t.unknown, (_, { ids }) => ({
            kind: 'ById',
            verdicts: ids.map((id): { id: string } & Verdict => ({ id, is: 'rejected', reason: locked })),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken(
    'takes a 500 for a refusal',
    'the answer is lost after the deletion was done (a 500): no record is called absent, rejected or untouched',
    /and it is gone|as if it had been gone/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'unconfirmed' })),
          on(
            500,
            t.unknown,
            (): ProviderError => ({
              tag: 'Refused',
              status: 500,
              detail: 'it says no',
              culprits: [],
              blames: 'rejected',
            }),
          ),
        ],
      },
    }),
  ),
  {
    mistake: 'keeps a token for good',
    caseName: 'a 401 renews the token once, and then the run halts',
    says: /untouched \(halted\), and the run halted: .*; expected it to be called deleted/,
    sound: issuedSubject,
    broken: { ...issuedSubject, provider: withOwnTokens('once') },
  },
  {
    mistake: 'asks for a token for each request',
    caseName: 'a token that ends in mid-run is renewed once for all that are on their way',
    says: /asked for \d+ tokens/,
    sound: issuedSubject,
    broken: { ...issuedSubject, provider: withOwnTokens('always') },
  },
]

/** Tokens by hand. */
function withOwnTokens(asks: 'once' | 'always'): ContractSubject['provider'] {
  return (baseUrl) => {
    let held: Promise<string> | undefined
    const tokenOf = async (context: CallContext) => {
      const { text } = await context.exchange('token', async (signal) => {
        const response = await fetch(`${baseUrl}/token`, { method: 'POST', signal })
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
      return (JSON.parse(text) as { access_token: string }).access_token
    }
    const ask: Ask = async (context, purpose, path, body) => {
      const token = (asks === 'once' ? held : undefined) ?? tokenOf(context)
      held = token
      const headers = { ...requestOf(body).headers, authorization: `Bearer ${await token}` }
      return context.exchange(purpose, async (signal) => {
        const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), headers, redirect: 'manual', signal })
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
    }
    return byHand({ ask: () => ask })(baseUrl)
  }
}
