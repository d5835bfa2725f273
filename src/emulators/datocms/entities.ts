import type { DatoCmsEmulatorSettings, DatoCmsLinkField, DatoCmsModel } from './options.ts'

/** The models of a project. */
export const modelsOf = ({ models }: DatoCmsEmulatorSettings): ReadonlyArray<DatoCmsModel> =>
  models ?? [{ id: 'BxZ9Y2aKQVeTnM4hP8wLpD', apiKey: 'article' }]

/**
 * Records, models and fields as the API shows them: with every member that its own client's types call for. That client
 * takes a record without `relationships` for a broken answer, and throws.
 */
export const entitiesOf = (settings: DatoCmsEmulatorSettings) => {
  const models = modelsOf(settings)

  const modelOf = (id: string): DatoCmsModel => {
    const key = settings.record?.(id).model
    const model = models.find(({ apiKey }) => key === undefined || apiKey === key)
    if (model === undefined) throw new RangeError(`There is no model '${key}'`)
    return model
  }

  const updatedAt = (id: string): string => settings.record?.(id).updatedAt ?? epoch

  const attributesOf = (id: string): Readonly<Record<string, unknown>> => settings.record?.(id).attributes ?? {}

  const item = (id: string, isDraft: boolean) => {
    const at = updatedAt(id)
    const publishedAt = isDraft ? null : at
    return {
      type: 'item',
      id,
      attributes: attributesOf(id),
      relationships: { item_type: linkTo('item_type', modelOf(id).id), creator: linkTo('account', '312') },
      meta: {
        created_at: epoch,
        updated_at: at,
        published_at: publishedAt,
        first_published_at: publishedAt,
        publication_scheduled_at: null,
        unpublishing_scheduled_at: null,
        status: isDraft ? 'draft' : 'published',
        is_valid: true,
        is_current_version_valid: true,
        is_published_version_valid: isDraft ? null : true,
        current_version: '4234',
        stage: null,
        has_children: null,
      },
    }
  }

  /** Whether a field of the first record links to the second. */
  const refersTo = (id: string, target: string): boolean => {
    const attributes = attributesOf(id)
    return (modelOf(id).fields ?? []).some(({ apiKey }) => {
      const value = attributes[apiKey]
      return value === target || (Array.isArray(value) && value.includes(target))
    })
  }

  const itemType = ({ id, apiKey, fields = [] }: DatoCmsModel) => ({
    type: 'item_type',
    id,
    attributes: {
      name: apiKey,
      api_key: apiKey,
      collection_appearance: 'table',
      singleton: false,
      all_locales_required: false,
      sortable: false,
      modular_block: false,
      draft_mode_active: true,
      draft_saving_active: false,
      tree: false,
      ordering_direction: null,
      ordering_meta: null,
      has_singleton_item: false,
      hint: null,
      inverse_relationships_enabled: false,
    },
    relationships: {
      singleton_item: noLink,
      fields: { data: fields.map((field) => ({ type: 'field', id: fieldId(id, field) })) },
      fieldsets: { data: [] },
      presentation_title_field: noLink,
      presentation_image_field: noLink,
      title_field: noLink,
      image_preview_field: noLink,
      excerpt_field: noLink,
      ordering_field: noLink,
      workflow: noLink,
    },
    meta: { has_singleton_item: false },
  })

  const field = (model: DatoCmsModel, link: DatoCmsLinkField) => {
    const { apiKey, type = 'link', to, onDelete = 'delete_references', required = false } = link
    return {
      type: 'field',
      id: fieldId(model.id, link),
      attributes: {
        label: apiKey,
        field_type: type,
        localized: false,
        default_value: null,
        api_key: apiKey,
        hint: null,
        validators: {
          ...(required ? { required: {} } : {}),
          [validators[type]]: {
            on_publish_with_unpublished_references_strategy: 'fail',
            on_reference_unpublish_strategy: 'delete_references',
            on_reference_delete_strategy: onDelete,
            item_types: to.map((key) => models.find((each) => each.apiKey === key)?.id ?? key),
          },
        },
        appearance: { editor: editors[type], parameters: {}, addons: [] },
        position: (model.fields ?? []).indexOf(link) + 1,
        deep_filtering_enabled: false,
        content_link_enabled: true,
      },
      relationships: { item_type: linkTo('item_type', model.id), fieldset: noLink },
    }
  }

  return { models, modelOf, updatedAt, attributesOf, item, refersTo, itemType, field }
}

/** When everything was made. */
export const epoch = '2020-04-21T07:57:11.124Z'

const linkTo = (type: string, id: string) => ({ data: { type, id } })

const noLink = { data: null }

const fieldId = (modelId: string, { apiKey }: DatoCmsLinkField): string => `${modelId}-${apiKey}`

const validators = {
  link: 'item_item_type',
  links: 'items_item_type',
  structured_text: 'structured_text_links',
} as const

const editors = { link: 'link_select', links: 'links_select', structured_text: 'structured_text' } as const
