import { journalFailure } from '../words/error.ts'
import { type Database, pragma } from './sqlite.ts'

/** "XPNG": what `file` and SQLite show, and how a foreign file is told from a journal. */
export const applicationId = 0x58504e47

/** A record's number is `target * span + its place in the plan`: one number for all tables, in the order of the plan. */
export const span = 1_000_000_000

/** The step at place n brings a journal from schema n to n + 1. A step that was released never changes. */
const steps: ReadonlyArray<string> = [
  `
  CREATE TABLE targets (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'empty' CHECK (state IN ('empty', 'begun', 'sealed')),
    digest TEXT,
    records INTEGER NOT NULL DEFAULT 0,
    to_send INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0
  );

  -- The only table that holds what a caller handed in.
  CREATE TABLE identities (number INTEGER PRIMARY KEY, id NOT NULL, identity, columns TEXT);

  CREATE TABLE batches (
    target INTEGER NOT NULL,
    number INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    records TEXT NOT NULL,
    size INTEGER NOT NULL,
    job TEXT,
    closed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (target, number)
  ) WITHOUT ROWID;

  CREATE TABLE reasons (
    number INTEGER PRIMARY KEY, code TEXT NOT NULL, message NOT NULL, status INTEGER, request_id TEXT, placeholder TEXT
  );

  -- One row for neighbours in the plan that ended alike.
  CREATE TABLE outcomes (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL CHECK (last >= first),
    status TEXT NOT NULL CHECK (status IN ('deleted', 'absent', 'rejected', 'untouched', 'unconfirmed')),
    evidence TEXT,
    effect TEXT,
    why TEXT,
    reason INTEGER,
    attempts INTEGER NOT NULL,
    settled_at INTEGER
  );

  CREATE TABLE runs (
    target INTEGER NOT NULL, run INTEGER NOT NULL, started_at INTEGER NOT NULL, options TEXT NOT NULL, summary TEXT,
    PRIMARY KEY (target, run)
  ) WITHOUT ROWID;

  -- Target 0: of the journal as a whole.
  CREATE TABLE meta (target INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (target, name)) WITHOUT ROWID;
  CREATE TABLE progress (target INTEGER PRIMARY KEY, at INTEGER NOT NULL, value TEXT NOT NULL);

  CREATE VIEW records AS
  SELECT t.name AS target, i.number % ${span} AS place, i.id, i.identity, i.columns,
    coalesce(o.status, 'pending') AS status, o.evidence, o.effect, o.why,
    r.code AS reason_code, iif(r.placeholder IS NULL, r.message, replace(r.message, r.placeholder, i.id)) AS reason,
    r.status AS http_status, r.request_id, o.attempts,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.settled_at / 1000.0, 'unixepoch') AS settled_at
  FROM identities i
  JOIN targets t ON t.number = i.number / ${span}
  LEFT JOIN outcomes o ON o.first = (SELECT max(first) FROM outcomes WHERE first <= i.number) AND o.last >= i.number
  LEFT JOIN reasons r ON r.number = o.reason;

  CREATE VIEW totals AS
  SELECT t.name AS target, o.status, o.why, o.effect, sum(o.last - o.first + 1) AS records
  FROM outcomes o JOIN targets t ON t.number = o.first / ${span}
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT t.name, 'pending', NULL, NULL,
    t.records - (SELECT coalesce(sum(last - first + 1), 0) FROM outcomes
      WHERE first >= t.number * ${span} AND first < (t.number + 1) * ${span})
  FROM targets t WHERE t.state = 'sealed';

  -- Which record was in which batch.
  CREATE VIEW sendings AS
  SELECT t.name AS target, b.number AS batch, i.number % ${span} AS place, i.id, b.job, b.closed,
    strftime('%Y-%m-%dT%H:%M:%fZ', b.sent_at / 1000.0, 'unixepoch') AS sent_at
  FROM batches b JOIN targets t ON t.number = b.target
  JOIN json_each(b.records) s
  JOIN identities i ON i.number BETWEEN b.target * ${span} + (s.value ->> 0) AND b.target * ${span} + (s.value ->> 1);
  `,
  `
  -- What the answer, and the end of the job, said: JSON.
  ALTER TABLE batches ADD COLUMN answers TEXT;

  -- What is settled at once is a link: its number, and on its last row a hash over the link before and over all of its rows.
  ALTER TABLE outcomes ADD COLUMN link INTEGER;
  ALTER TABLE outcomes ADD COLUMN hash BLOB;

  -- What was known of neighbours when a batch of theirs was sent ('sent') or over ('over'); the latest batch counts.
  -- dead_at is infinite where a request never ends.
  CREATE TABLE beliefs (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, batch INTEGER NOT NULL,
    moment TEXT NOT NULL CHECK (moment IN ('sent', 'over')), first INTEGER NOT NULL, last INTEGER NOT NULL,
    belief TEXT NOT NULL, first_sent_at REAL NOT NULL, dead_at REAL NOT NULL
  );
  CREATE INDEX beliefs_of_batch ON beliefs (target, batch);

  -- The same of records that wait to be sent again: what pending hands out with them.
  CREATE TABLE doubts (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL CHECK (last >= first),
    belief TEXT NOT NULL, first_sent_at REAL NOT NULL, dead_at REAL NOT NULL
  );

  -- Places of an open batch that were sent again since, and are over by that.
  CREATE TABLE returned_places (target INTEGER NOT NULL, batch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL);

  -- Looks at records; listed, unlisted and unread are places, as batches have them; first and last are the outermost.
  CREATE TABLE looks (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, form TEXT NOT NULL, begun_at INTEGER NOT NULL, proven INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, listed TEXT NOT NULL, unlisted TEXT NOT NULL, unread TEXT NOT NULL
  );
  CREATE INDEX looks_at_places ON looks (target, first);

  -- Where a target is: JSON, with its account.
  CREATE TABLE places (target INTEGER PRIMARY KEY, account TEXT, place TEXT NOT NULL);

  -- How much of what is gone was read back, by what, and the most that may remain.
  CREATE TABLE verifications (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, at INTEGER NOT NULL, how TEXT NOT NULL, proof TEXT, gone INTEGER NOT NULL,
    read INTEGER NOT NULL, present INTEGER NOT NULL, most_remaining INTEGER, cannot TEXT,
    -- Places that were read, as batches have them.
    places TEXT NOT NULL DEFAULT '[]'
  );
  -- Records that a verification found there, though they were gone.
  CREATE TABLE came_back (
    verification INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (verification, first)
  ) WITHOUT ROWID;

  CREATE TABLE approvals (
    number INTEGER PRIMARY KEY, digest TEXT NOT NULL, approver TEXT NOT NULL, role TEXT, comment TEXT, at INTEGER NOT NULL,
    host TEXT, account TEXT, how TEXT NOT NULL, envelope TEXT
  );

  -- Pause, continue, stop, rate: what was asked for, and when a run took it.
  CREATE TABLE controls (
    number INTEGER PRIMARY KEY, target INTEGER, what TEXT NOT NULL, value TEXT, asker TEXT, host TEXT, at INTEGER NOT NULL,
    until INTEGER, taken_at INTEGER
  );

  CREATE TABLE holds (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, path TEXT NOT NULL, reference TEXT NOT NULL, hash TEXT,
    entries INTEGER, read_at INTEGER NOT NULL
  );

  CREATE TABLE backups (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, path TEXT NOT NULL, hash TEXT, records INTEGER NOT NULL,
    recipient TEXT, at INTEGER NOT NULL
  );

  -- What a person said of records, by whom: outcomes with the evidence 'attested' rest on it.
  CREATE TABLE attestations (
    number INTEGER PRIMARY KEY, target INTEGER NOT NULL, records TEXT NOT NULL, result TEXT NOT NULL, reason TEXT,
    person TEXT NOT NULL, at INTEGER NOT NULL, host TEXT, envelope TEXT
  );
  `,
]

/** Brings a journal up to this version's schema, all steps or none; says so where that can't be. */
export const migrate = (database: Database, path: string, readOnly: boolean, to = steps): void => {
  const version = Number(pragma(database, 'user_version'))
  const id = Number(pragma(database, 'application_id'))
  const objects = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'])
  if (id !== applicationId && (id !== 0 || objects > 0 || readOnly)) throw journalFailure('foreign', path)
  if (version > to.length) {
    throw journalFailure('newer-schema', path, `its schema is ${version}, this expunge knows ${to.length}`)
  }
  if (version === to.length) return
  if (readOnly) {
    if (version === 0) throw journalFailure('older-schema', path, 'it holds nothing')
    return imagine(database, to.slice(version))
  }
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of to.slice(version)) database.exec(step)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${to.length}`)
    database.exec('COMMIT')
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw cause
  }
}

/** What an older journal lacks, empty and in memory: it is read as it is, and not a byte of it changes. */
const imagine = (database: Database, lacking: ReadonlyArray<string>): void => {
  database.exec('PRAGMA temp_store = MEMORY')
  for (const step of lacking) {
    const tables = step.replaceAll(/^ *(?:CREATE INDEX|ALTER TABLE) .*$/gm, '')
    database.exec(tables.replaceAll(/^( *CREATE) (TABLE|VIEW)/gm, '$1 TEMP $2'))
  }
}
