import { type AirtableConfig, airtable } from '../../providers/airtable.ts'
import { type DirectusConfig, directus } from '../../providers/directus.ts'
import { type HubSpotConfig, hubSpot } from '../../providers/hubspot.ts'
import { type SalesforceConfig, salesforce } from '../../providers/salesforce.ts'
import { type ZendeskConfig, zendesk } from '../../providers/zendesk.ts'
import { allowInsecure, type BuiltIn, baseUrl } from './built-in.ts'

export const services: ReadonlyArray<BuiltIn> = [
  {
    name: 'zendesk',
    summary: 'tickets, users or organizations of Zendesk',
    options: [
      { ...baseUrl, required: true, meaning: 'the account: https://acme.zendesk.com' },
      { name: 'type', required: true, decidesEffect: true, meaning: 'tickets, users or organizations' },
      { name: 'token', secret: true, variable: 'ZENDESK_TOKEN', meaning: 'an OAuth access token; or give email' },
      { name: 'email', meaning: "an agent's, with apiToken" },
      { name: 'apiToken', secret: true, variable: 'ZENDESK_API_TOKEN', meaning: 'an API token' },
      allowInsecure,
    ],
    build: (options) => zendesk(options as unknown as ZendeskConfig),
    sample: { baseUrl: 'https://acme.zendesk.com', type: 'tickets', token: 'x' },
  },
  {
    name: 'salesforce',
    summary: 'records of Salesforce',
    options: [
      { ...baseUrl, required: true, meaning: "the organization's domain: https://acme.my.salesforce.com" },
      { name: 'token', required: true, secret: true, variable: 'SALESFORCE_TOKEN', meaning: 'an access token' },
      { name: 'object', meaning: 'what all records are, such as Account; without it nothing is read back' },
      { name: 'apiVersion', meaning: 'default 65.0' },
      allowInsecure,
    ],
    build: (options) => salesforce(options as unknown as SalesforceConfig),
    sample: { baseUrl: 'https://acme.my.salesforce.com', token: 'x', object: 'Account' },
  },
  {
    name: 'hubspot',
    summary: "records of HubSpot's CRM",
    options: [
      { name: 'token', required: true, secret: true, variable: 'HUBSPOT_TOKEN', meaning: 'of a private app' },
      { name: 'objectType', required: true, meaning: 'contacts, companies, deals, or the id of any other type' },
      { ...baseUrl, meaning: 'default https://api.hubapi.com' },
      allowInsecure,
    ],
    build: (options) => hubSpot(options as unknown as HubSpotConfig),
    sample: { token: 'x', objectType: 'contacts' },
  },
  {
    name: 'airtable',
    summary: 'records of an Airtable table',
    options: [
      { name: 'baseId', required: true, meaning: 'the id of the base, app…' },
      { name: 'table', required: true, meaning: 'the id of the table, tbl…, or its name' },
      { name: 'token', required: true, secret: true, variable: 'AIRTABLE_TOKEN', meaning: 'a personal access token' },
      { ...baseUrl, meaning: 'default https://api.airtable.com' },
      allowInsecure,
    ],
    build: (options) => airtable(options as unknown as AirtableConfig),
    sample: { baseId: 'app00000000000000', table: 'Records', token: 'x' },
  },
  {
    name: 'directus',
    summary: 'items of a Directus collection',
    options: [
      { ...baseUrl, required: true, meaning: "the project's" },
      { name: 'collection', required: true, meaning: 'its name' },
      { name: 'token', required: true, secret: true, variable: 'DIRECTUS_TOKEN', meaning: "a user's" },
      { name: 'primaryKey', meaning: 'the name of the key, default id' },
      { name: 'keyType', meaning: 'what keys are: text (default), integer or uuid' },
      { name: 'maxBatchSize', meaning: 'items in one request, default 100' },
      allowInsecure,
    ],
    build: (options) => directus(options as unknown as DirectusConfig),
    sample: { baseUrl: 'https://cms.example.com', collection: 'articles', token: 'x' },
  },
]
