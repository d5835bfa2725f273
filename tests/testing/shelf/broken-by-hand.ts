/** The mistakes that `defineHttpProvider` does not let an author make: how requests are sent, and how answers are judged. */
import { askOnce, errorOf, failureOf, requestOf } from './by-hand.ts'
import type { Broken } from './sound.ts'
import { allDeleted, broken, unsafeByHand } from './sound-by-hand.ts'

export const brokenByHand: ReadonlyArray<Broken> = [
  broken(
    'tries again by itself',
    'every request goes through exchange, one for each, and deletions as such',
    /it tries again by itself/,
    {
      ask: (baseUrl) => (context, purpose, path, body) =>
        context.exchange(purpose, async (signal) => {
          for (let attempt = 1; ; attempt++) {
            const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), redirect: 'manual', signal })
            const text = await response.text()
            if (response.status < 500 || attempt === 3)
              return { status: response.status, headers: response.headers, text }
          }
        }),
    },
  ),
  broken(
    'sends past the exchange',
    'every request goes through exchange, one for each, and deletions as such',
    /went past context\.exchange/,
    {
      ask: (baseUrl) => async (context, _purpose, path, body) => {
        const response = await fetch(`${baseUrl}/${path}`, {
          ...requestOf(body),
          redirect: 'manual',
          signal: context.signal,
        })
        return { status: response.status, headers: response.headers, text: await response.text() }
      },
    },
  ),
  broken('does not pass the signal on', 'a request that is given up is cut off', /connections open after the run/, {
    ask: (baseUrl) => (context, purpose, path, body) =>
      context.exchange(purpose, async () => {
        const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), redirect: 'manual' })
        return { status: response.status, headers: response.headers, text: await response.text() }
      }),
  }),
  broken(
    'sends a deletion as a read',
    'every request goes through exchange, one for each, and deletions as such',
    /sent a deletion as a read/,
    { ask: (baseUrl) => (context, _purpose, path, body) => askOnce(baseUrl)(context, 'read', path, body) },
  ),
  {
    mistake: 'sends once more when no answer came',
    caseName: 'what is not safe to send twice is sent once while it is in doubt',
    says: /while it was not known what the first sending had done/,
    sound: unsafeByHand({}),
    broken: unsafeByHand({
      ask: (baseUrl) => async (context, purpose, path, body) => {
        const once = () => askOnce(baseUrl)(context, purpose, path, body)
        return purpose === 'delete' ? once().catch(once) : once()
      },
    }),
  },
  broken('shows its token in an error', 'no secret is in a report, an event or an error', /showed a credential/, {
    errorOf: (reply) => {
      const error = errorOf(reply)
      return { ...error, detail: `${error.detail} for ${JSON.stringify(requestOf({}).headers)}` }
    },
  }),
  broken(
    'passes on what the backend said, which repeats the token',
    'no secret is in a report, an event or an error',
    /showed a credential/,
    { errorOf: (reply) => ({ ...errorOf(reply), detail: reply.text }) },
  ),
  broken(
    'looks at the status alone',
    'HTML and 200, for every deletion: nothing is called deleted',
    /deleted by reply, and it still exists/,
    { judge: () => allDeleted },
  ),
  broken(
    'takes a lost connection for a refusal',
    'the answer is lost after the deletion was done (a connection that ends): no record is called absent, rejected or untouched',
    /and it is gone|as if it had been gone/,
    {
      failureOf: (cause) => ({
        tag: 'Refused',
        status: 0,
        detail: failureOf(cause).detail,
        culprits: [],
        blames: 'rejected',
      }),
    },
  ),
  broken(
    'takes silence for a request that was never sent',
    'the answer is lost after the deletion was done (silence): no record is called absent, rejected or untouched',
    /as if it had been gone/,
    { failureOf: (cause) => ({ tag: 'Unreachable', detail: failureOf(cause).detail }) },
  ),
  broken('follows redirects', 'a redirect is not followed', /followed a redirect/, {
    ask: (baseUrl) => (context, purpose, path, body) =>
      context.exchange(purpose, async (signal) => {
        const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), signal })
        return { status: response.status, headers: response.headers, text: await response.text() }
      }),
  }),
  broken('takes a 401 for a hiccup', 'a 401 renews the token once, and then the run halts', /lets nobody in/, {
    errorOf: (reply) => (reply.status === 401 ? { tag: 'Interrupted', detail: 'not now' } : errorOf(reply)),
  }),
  broken(
    'takes a gateway that gave up for a backend that is closed',
    'the answer is lost after the deletion was done (a 504): no record is called absent, rejected or untouched',
    /as if it had been gone/,
    {
      errorOf: (reply) => (reply.status === 504 ? { tag: 'Unavailable', detail: 'try later' } : errorOf(reply)),
    },
  ),
  broken(
    'takes a 401 for a pause',
    'a token that ends in mid-run is renewed once for all that are on their way',
    /halt as unavailable/,
    {
      errorOf: (reply) => (reply.status === 401 ? { tag: 'Throttled', detail: 'a token will come' } : errorOf(reply)),
    },
  ),
]
