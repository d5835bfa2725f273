import type { Attributes } from '@opentelemetry/api'

/**
 * What may be shown of a URL. Its query holds ids, and so may its path, where an id can be any text: so a segment is shown
 * only if it is a word of an endpoint that is known. User and password, query and fragment never are.
 */
export const addressOf = (url: string, more: ReadonlySet<string>): Attributes => {
  const parsed = URL.parse(url)
  if (parsed === null) return {}
  const { protocol, hostname, host, port, pathname } = parsed
  const template = pathname
    .split('/')
    .map((segment) => (segment === '' || endpoints.has(segment) || more.has(segment) ? segment : '{}'))
    .join('/')
  return {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'http:' ? 80 : 443),
    'url.scheme': protocol.slice(0, -1),
    'url.template': template,
    'url.full': `${protocol}//${host}${template}`,
  }
}

/** Words of the endpoints of the systems that come with the package. */
const endpoints: ReadonlySet<string> = new Set(
  (
    'items bulk destroy job-results site environments item-types fields referencing webhooks ' +
    'v0 v1 v2 v3 api records connector token oauth2 connect ' +
    '_all_docs _bulk_docs crm objects batch archive read properties account-info details ' +
    'tickets users organizations destroy_many show_many comments job_statuses ' +
    'services data composite sobjects describe query v65.0'
  ).split(' '),
)
