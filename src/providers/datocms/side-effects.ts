import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Call, on, type ProviderError, type Question, urlComponent } from '../../http-provider.ts'

/** What else happens when records of a type are deleted. A member is missing where the token may not see it. */
export interface DatoCmsSideEffects {
  /** Fields that may link to such records. */
  readonly references?: ReadonlyArray<DatoCmsReference>
  /** Enabled webhooks that hear of it, and how many calls each record costs: DatoCMS tells of its unpublishing, and of its end. */
  readonly webhooks?: ReadonlyArray<{ readonly name: string; readonly callsPerRecord: number }>
}

export interface DatoCmsReference {
  /** API key of the model, or block, that has the field. */
  readonly model: string
  /** API key of the field. */
  readonly field: string
  /** What becomes of a record that links to one: it is edited silently, or it keeps the other from being deleted. */
  readonly effect: 'edits' | 'refuses' | 'unknown'
}

/** One request for each model, one for the names of all, and one for the webhooks. */
export const sideEffectsOf =
  (type: string): Question<DatoCmsSideEffects> =>
  async (call) => {
    const models = await ask(call, 'item-types', Models)
    if (E.isLeft(models)) return models
    const webhooks = await ask(call, 'webhooks', Webhooks)
    if (E.isLeft(webhooks)) return webhooks
    const known = models.right?.data ?? []
    const types = type.split(',').map((name) => known.find((model) => isCalled(model, name))?.id ?? name)
    const fields: Array<t.TypeOf<typeof Field>> = []
    for (const model of new Set(types)) {
      const referring = await ask(call, `item-types/${urlComponent(model)}/fields/referencing`, Fields)
      if (E.isLeft(referring)) return referring
      if (referring.right === undefined) return E.right({ ...hearing(webhooks.right, types) })
      fields.push(...referring.right.data)
    }
    const nameOf = (id: string) => known.find((model) => model.id === id)?.attributes.api_key ?? id
    const references = new Map(fields.flatMap((field) => referenceOf(field, nameOf)))
    return E.right({ references: [...references.values()], ...hearing(webhooks.right, types) })
  }

/** `undefined` where the token may not ask that. */
const ask = <Body>(
  call: Call,
  path: string,
  codec: t.Decoder<unknown, Body>,
): Promise<E.Either<ProviderError, Body | undefined>> =>
  call<Body | undefined>({
    purpose: 'read',
    request: { method: 'GET', path },
    replies: [on(200, codec, (body) => body), on([403, 404], t.unknown, () => undefined)],
  })

const Model = t.type({ id: t.string, attributes: t.type({ api_key: t.string }) })
const Models = t.type({ data: t.array(Model) })

const isCalled = ({ id, attributes }: t.TypeOf<typeof Model>, name: string): boolean =>
  id === name || attributes.api_key === name

const Field = t.type({
  id: t.string,
  attributes: t.type({ api_key: t.string, validators: t.UnknownRecord }),
  relationships: t.type({ item_type: t.type({ data: t.type({ id: t.string }) }) }),
})
const Fields = t.type({ data: t.array(Field) })

/** Validators of fields that link; others speak of blocks, which are no records of their own. */
const linking = ['item_item_type', 'items_item_type', 'structured_text_links']

/** By the field's own id: a field may refer to several of the models. */
const referenceOf = (
  { id, attributes, relationships }: t.TypeOf<typeof Field>,
  nameOf: (model: string) => string,
): ReadonlyArray<readonly [string, DatoCmsReference]> => {
  const { api_key: field, validators } = attributes
  const found = linking.map((name) => validators[name]).find(t.UnknownRecord.is)
  if (found === undefined) return []
  const { on_reference_delete_strategy: strategy = 'delete_references' } = found
  const told = strategy === 'delete_references' ? 'edits' : strategy === 'fail' ? 'refuses' : 'unknown'
  // A field that must not be empty can't lose its only link.
  const effect = told === 'edits' && 'required' in validators ? 'refuses' : told
  return [[id, { model: nameOf(relationships.item_type.data.id), field, effect }]]
}

const Filter = t.type({ entity_type: t.string, entity_ids: t.array(t.string) })
const HookEvent = t.intersection([
  t.type({ entity_type: t.string, event_types: t.array(t.string) }),
  t.partial({ filters: t.union([t.array(Filter), t.null]) }),
])
const Webhook = t.type({
  attributes: t.type({ name: t.string, enabled: t.boolean, events: t.array(HookEvent) }),
})
const Webhooks = t.type({ data: t.array(Webhook) })

const hearing = (
  webhooks: t.TypeOf<typeof Webhooks> | undefined,
  types: ReadonlyArray<string>,
): Pick<DatoCmsSideEffects, 'webhooks'> => {
  if (webhooks === undefined) return {}
  const heard = webhooks.data.map(({ attributes: { name, enabled, events } }) => {
    const kinds = events.filter((event) => enabled && hears(event, types)).flatMap(({ event_types }) => event_types)
    return { name, callsPerRecord: ['unpublish', 'delete'].filter((kind) => kinds.includes(kind)).length }
  })
  return { webhooks: heard.filter(({ callsPerRecord }) => callsPerRecord > 0) }
}

/** What else an event is narrowed down to (single records, an environment) can't be told here: it is counted in. */
const hears = ({ entity_type, filters }: t.TypeOf<typeof HookEvent>, types: ReadonlyArray<string>): boolean =>
  entity_type === 'item' &&
  (filters ?? []).every(
    (filter) => filter.entity_type !== 'item_type' || filter.entity_ids.some((id) => types.includes(id)),
  )
