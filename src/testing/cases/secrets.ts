import { inspect } from 'node:util'
import type { Answer, SeenRequest } from '../backends/loopback.ts'
import { breach } from '../kit/breach.ts'
import type { CasePlan } from '../kit/case.ts'
import { isDeletion, type Scene } from '../kit/scene.ts'

/** What nobody may see. */
export const secretCases: ReadonlyArray<CasePlan> = [
  {
    name: 'no secret is in a report, an event or an error',
    play: async (scene) => {
      const secrets = new Set(scene.subject.secrets ?? [])
      const seen: unknown[] = [scene.provider.name, scene.provider.capabilities]
      for (const [index, answer] of [undefined, ...echoes].entries()) {
        if (answer !== undefined && !scene.hasRelay) continue
        const ids = scene.ids(2, 10 * index)
        await scene.seed(ids)
        if (answer !== undefined) echo(scene, answer)
        // What such answers claim is not true, so there is nothing to audit.
        const { report, events } = await scene.run(ids)
        seen.push(report, events)
        seen.push(await scene.lookUp(ids).catch((cause: unknown) => cause))
        seen.push(await scene.place().catch((cause: unknown) => cause))
      }
      if (scene.hasRelay)
        for (const request of scene.relay.requests) for (const one of credentials(request)) secrets.add(one)
      const text = inspect(seen, {
        depth: Number.POSITIVE_INFINITY,
        showHidden: true,
        maxArrayLength: null,
        maxStringLength: null,
      })
      const forms = [...secrets].flatMap((secret) => [secret, encodeURIComponent(secret)])
      const shown = forms.find((form) => text.includes(form))
      if (shown === undefined) return
      const hidden = (part: string) =>
        forms.reduce((left, form) => left.replaceAll(form, '[the secret]'), part).replace(/\s+/g, ' ')
      const before = hidden(text.slice(0, text.indexOf(shown))).slice(-60)
      breach(`showed a credential in what it told, after "…${before}"`, 'it to be taken out')
    },
  },
]

/** Backends repeat what they were sent, in every kind of answer. */
const echoes: ReadonlyArray<(said: string) => Answer> = [400, 401, 403, 404, 422, 429, 500, 503, 200].map(
  (status) => (said) => ({
    status,
    json: {
      error: { message: said, code: said },
      message: said,
      errors: [{ message: said, detail: said }],
      detail: said,
    },
    headers: { 'x-request-id': said.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '') },
  }),
)

const echo = ({ relay }: Scene, answer: (said: string) => Answer): void => {
  let left = 3
  relay.meddle({
    fault: (request) => {
      if (!(isDeletion(request) || request.purpose === 'read') || left-- <= 0) return undefined
      return { answer: answer(`no good: ${credentials(request).join(' ')} ${request.headers['authorization'] ?? ''}`) }
    },
  })
}

/** What goes out as a credential: whole values, and what follows the scheme. */
const credentials = ({ headers }: SeenRequest): ReadonlyArray<string> =>
  Object.entries(headers)
    .filter(([name]) => /authori[sz]ation|token|secret|api-?key|cookie|password/i.test(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter((value) => value.length >= 4)
