import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Call, type CallContext, on, type Place, type ProviderError, pinTo } from '../../http-provider.ts'

/** Asks which project and environment are meant, and pins the environment; a token may not be allowed to know. */
export const identify = async (
  call: Call,
  context: CallContext,
  environment: string,
  baseUrl: string,
): Promise<E.Either<ProviderError, Place>> => {
  const ask = <Body>(path: string, codec: t.Decoder<unknown, Body>) => {
    const untold = on([403, 404], t.unknown, () => undefined)
    return call<Body | undefined>({
      purpose: 'read',
      unpinned: true,
      request: { method: 'GET', path },
      replies: [on(200, codec, (body) => body), untold],
    })
  }
  const site = await ask('site', Site)
  if (E.isLeft(site)) return site
  const told = await ask('environments', Environments)
  if (E.isLeft(told)) return told
  const environments = told.right?.data ?? []
  const primary = environments.find(({ meta }) => meta.primary)?.id
  const id = environment === 'primary' ? primary : environment
  if (environments.length > 0 && !environments.some((each) => each.id === id)) {
    const detail = `there is no environment "${environment}" in this project, but ${environments.map((each) => each.id).join(', ')}`
    return E.left({ tag: 'Denied', status: 404, detail })
  }
  if (id !== undefined) pinTo(context, id)
  const project = site.right?.data
  return E.right({
    key: [baseUrl, ...(project ? [project.id] : []), id ?? environment].join(' '),
    ...(project && { account: `${baseUrl} ${project.id}` }),
    label: `${project?.attributes.name ?? baseUrl} · ${id ?? environment}`,
    production: environment === 'primary' || id === primary ? 'yes' : primary === undefined ? 'unknown' : 'no',
  })
}

const Site = t.type({ data: t.type({ id: t.string, attributes: t.type({ name: t.string }) }) })
const Environment = t.type({ id: t.string, meta: t.type({ primary: t.boolean }) })
const Environments = t.type({ data: t.array(Environment) })
