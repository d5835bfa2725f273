/** This release, as `package.json` says it (a test compares them): part of the default user agent. */
export const version = '0.1.0'
