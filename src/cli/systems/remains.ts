/** What a deletion does not reach by itself, and for how long it stays there: facts of the built-in providers. */
export const remainsOf = (
  provider: string,
  options: Readonly<Record<string, unknown>>,
): ReadonlyArray<{ readonly where: string }> => {
  const known = defaults[provider]
  return known === undefined ? [] : known(options).map((where) => ({ where }))
}

const defaults: Readonly<Record<string, (options: Readonly<Record<string, unknown>>) => ReadonlyArray<string>>> = {
  datocms: () => ['other environments of the project: each is a full copy, and keeps its own'],
  hubspot: () => ['the archive of HubSpot: restorable for 90 days after the deletion'],
  salesforce: () => ['the recycle bin of Salesforce: for 15 days after the deletion'],
  zendesk: ({ resource = 'tickets' }) =>
    resource === 'tickets' ? ['deleted tickets of Zendesk: restorable for 30 days'] : [],
  'avepoint-opus': () => [
    'the content in the connected source: Opus marks a record, and destroys it elsewhere and later',
  ],
  'uuid-list': ({ permanentDelete }) => (permanentDelete === true ? [] : ['the recycle bin of the system']),
}
