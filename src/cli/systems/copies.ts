/** What a copy of a record is good for. */
export interface CopyFacts {
  /** How what it holds is written again. */
  readonly back: string
  /** What it does not hold, or what does not come back. */
  readonly lacks: string
}

/** By the name of a built-in provider; none where it can't read what a record holds. Sources: the vendors' pages, as in docs/providers. */
export const copyFacts: Readonly<Record<string, CopyFacts>> = {
  datocms: {
    back: 'POST /items with the attributes and the model of each line; give its id along, or links to it do not find it. Leave out meta, and the ids of blocks.',
    lacks:
      'files of the media area (only their ids are in it), the published version where a newer draft exists, earlier versions, and the links of other records to it, which the deletion has taken out.',
  },
  'uuid-list': {
    back: 'POST /v2/<object> with the fields of each line; whether io_uuid is taken over, the system decides. Without permanentDelete it can be restored there.',
    lacks: 'records of other objects that go along, attachments, and fields that the account may not read.',
  },
  couchdb: {
    back: 'POST /<database>/_bulk_docs with the documents, without _rev and _conflicts. Attachments are in them.',
    lacks:
      'earlier revisions. A document in conflict has its other revisions under _conflicts of its first line; later ones hold what was left.',
  },
  dynamodb: {
    back: 'BatchWriteItem with a PutRequest for each line: content is the item as the API writes it, types included.',
    lacks: 'nothing of the item. Time to live and streams see it as a new one.',
  },
  zendesk: {
    back: 'tickets: Ticket Import (POST /api/v2/imports/tickets) with the comments; users and organizations: create_many. Ids are new. For 30 days a deleted ticket can be restored instead.',
    lacks: 'attachments (only their addresses are in it), identities of a user besides the first, audits, and metrics.',
  },
  salesforce: {
    back: "sObject Collections (POST /composite/sobjects) without Id and fields that can't be written. Ids are new. For 15 days it can be restored from the recycle bin instead.",
    lacks: 'records that go along with it, files and bodies of attachments, and fields that the account may not see.',
  },
  hubspot: {
    back: 'POST /crm/v3/objects/<type>/batch/create with the properties that can be written. Ids are new. For 90 days it can be restored instead.',
    lacks:
      'associations, engagements, the history of properties, and sensitive properties that the token may not read.',
  },
  airtable: {
    back: 'POST /v0/<base>/<table> with the fields, 10 records a request, without those that are computed. Ids are new.',
    lacks: 'attachments after two hours (their addresses expire), comments, and earlier revisions.',
  },
  directus: {
    back: 'POST /items/<collection> with the items, keys included.',
    lacks:
      'items of other collections that go along (only their keys are in it), revisions, files, and fields that the role may not read.',
  },
}
