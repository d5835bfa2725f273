import { decodeSegment } from '../server/requests.ts'
import type { Reply, Route } from '../server/system.ts'
import { entitiesOf } from './entities.ts'
import { refusal } from './errors.ts'
import type { DatoCmsEmulatorSettings, DatoCmsModel } from './options.ts'

/**
 * `GET /item-types`, `GET /item-types/:id_or_key`, its `/fields` and `/fields/referencing`, `GET /fields/:id` and
 * `GET /webhooks`.
 */
export const schemaRoutes = (settings: DatoCmsEmulatorSettings) => {
  const { webhooks = [], schema = true } = settings
  const { models, itemType, field } = entitiesOf(settings)
  const reading = (words: ReadonlyArray<string>, run: (path: string) => Reply): Route => ({
    words: ['read', ...words],
    open: ({ path }) => ({ ids: [], run: () => (schema ? run(path) : refusal(403, 'INSUFFICIENT_PERMISSIONS')) }),
  })

  /** What is told of the model that the path names, by id or by key. */
  const ofModel =
    (tell: (model: DatoCmsModel) => unknown) =>
    (path: string): Reply => {
      const asked = decodeSegment(path.split('/')[2] ?? '')
      const model = models.find(({ id, apiKey }) => id === asked || apiKey === asked)
      return model === undefined ? refusal(404, 'NOT_FOUND') : { status: 200, json: { data: tell(model) } }
    }

  const fieldsOf = (model: DatoCmsModel) => (model.fields ?? []).map((link) => field(model, link))

  const referencing = ({ apiKey }: DatoCmsModel) =>
    models.flatMap((model) =>
      (model.fields ?? []).filter(({ to }) => to.includes(apiKey)).map((link) => field(model, link)),
    )

  const oneField = (path: string): Reply => {
    const asked = decodeSegment(path.slice('/fields/'.length))
    const found = models.flatMap(fieldsOf).find(({ id }) => id === asked)
    return found === undefined ? refusal(404, 'NOT_FOUND') : { status: 200, json: { data: found } }
  }

  return {
    itemTypes: reading(['schema'], () => ({ status: 200, json: { data: models.map(itemType) } })),
    itemType: reading(['schema'], ofModel(itemType)),
    fields: reading(['schema'], ofModel(fieldsOf)),
    referencing: reading(['schema'], ofModel(referencing)),
    field: reading(['schema'], oneField),
    webhooks: reading(['webhooks'], () => ({
      status: 200,
      json: {
        data: webhooks.map(({ name, enabled = true, events }, index) => ({
          type: 'webhook',
          id: String(312 + index),
          attributes: {
            name,
            url: 'https://www.example.com/webhook',
            enabled,
            headers: {},
            events: events.map(({ filters = null, ...event }) => ({ ...event, filters })),
          },
        })),
      },
    })),
  }
}
