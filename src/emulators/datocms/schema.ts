import { decodeSegment } from '../server/requests.ts'
import type { Reply, Route } from '../server/system.ts'
import { refusal } from './errors.ts'
import type { DatoCmsEmulatorSettings, DatoCmsLinkField, DatoCmsModel } from './options.ts'

/** The models of a project. */
export const modelsOf = ({ models }: DatoCmsEmulatorSettings): ReadonlyArray<DatoCmsModel> =>
  models ?? [{ id: 'BxZ9Y2aKQVeTnM4hP8wLpD', apiKey: 'article' }]

/** `GET /item-types`, `GET /item-types/:id_or_key/fields/referencing` and `GET /webhooks`. */
export const schemaRoutes = (settings: DatoCmsEmulatorSettings) => {
  const { webhooks = [], schema = true } = settings
  const models = modelsOf(settings)
  const reading = (words: ReadonlyArray<string>, run: (path: string) => Reply): Route => ({
    words: ['read', ...words],
    open: ({ path }) => ({ ids: [], run: () => (schema ? run(path) : refusal(403, 'INSUFFICIENT_PERMISSIONS')) }),
  })

  const referencing = (path: string): Reply => {
    const asked = decodeSegment(path.split('/')[2] ?? '')
    const model = models.find(({ id, apiKey }) => id === asked || apiKey === asked)
    if (model === undefined) return refusal(404, 'NOT_FOUND')
    const fields = models.flatMap((each) =>
      (each.fields ?? []).filter(({ to }) => to.includes(model.apiKey)).map((field) => fieldOf(each, field)),
    )
    return { status: 200, json: { data: fields } }
  }

  const fieldOf = (model: DatoCmsModel, field: DatoCmsLinkField) => {
    const { apiKey, type = 'link', to, onDelete = 'delete_references', required = false } = field
    return {
      type: 'field',
      id: `${model.id}-${apiKey}`,
      attributes: {
        label: apiKey,
        field_type: type,
        api_key: apiKey,
        validators: {
          ...(required ? { required: {} } : {}),
          [validators[type]]: {
            on_publish_with_unpublished_references_strategy: 'fail',
            on_reference_unpublish_strategy: 'delete_references',
            on_reference_delete_strategy: onDelete,
            item_types: to.map((key) => models.find((each) => each.apiKey === key)?.id ?? key),
          },
        },
      },
      relationships: { item_type: { data: { type: 'item_type', id: model.id } } },
    }
  }

  return {
    itemTypes: reading(['schema'], () => ({ status: 200, json: { data: models.map(itemTypeOf) } })),
    referencing: reading(['schema'], referencing),
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

const validators = {
  link: 'item_item_type',
  links: 'items_item_type',
  structured_text: 'structured_text_links',
} as const

const itemTypeOf = ({ id, apiKey }: DatoCmsModel) => ({
  type: 'item_type',
  id,
  attributes: { name: apiKey, api_key: apiKey, singleton: false, modular_block: false },
})
