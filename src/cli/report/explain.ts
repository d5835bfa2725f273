import type { ExplainedFact, ExplainedKnowledge, Explanation } from '../../journal/index.ts'
import { onOneLine, wrap } from '../terminal/output.ts'
import { isoOf } from './run-file.ts'

/** One record for people: the plan that came first first, a fact a line. */
export const explainedText = (told: Explanation, width: number): ReadonlyArray<string> => {
  const { earlier, untold, journal, target, id, facts } = told
  const before = earlier === undefined ? [] : [...explainedText(earlier, width), '']
  const lines = [
    `${onOneLine(id)} in ${onOneLine(target)}, by ${onOneLine(journal)}`,
    ...(untold === undefined ? [] : [`(${onOneLine(untold)})`]),
    ...facts.map(({ text }) => `- ${onOneLine(text)}`),
  ]
  return [...before, ...lines.map((line) => wrap(line, width, 2))]
}

/** The same for programs: times as ISO 8601, UTC; a time that never comes is null. */
export const explainedJson = (told: Explanation): Readonly<Record<string, unknown>> => {
  const { settledAt, facts, earlier, ...rest } = told
  return {
    ...rest,
    ...(settledAt === undefined ? {} : { settledAt: isoOf(settledAt) }),
    facts: facts.map(plainFact),
    ...(earlier === undefined ? {} : { earlier: explainedJson(earlier) }),
  }
}

const plainFact = (fact: ExplainedFact) => ({
  ...fact,
  ...('at' in fact && fact.at !== undefined ? { at: isoOf(fact.at) } : {}),
  ...('known' in fact && fact.known !== undefined ? { known: plainKnowledge(fact.known) } : {}),
})

const plainKnowledge = ({ firstSentAt, deadAt, ...known }: ExplainedKnowledge) => ({
  ...known,
  firstSentAt: firstSentAt > 0 ? isoOf(firstSentAt) : null,
  deadAt: Number.isFinite(deadAt) && deadAt > 0 ? isoOf(deadAt) : null,
})
