export {
  type AfterEach,
  deleteSubjects,
  type LeftRecord,
  type SubjectReport,
  type SubjectSystem,
  type SubjectsOptions,
  type SubjectsReport,
} from './subjects/delete-subjects.ts'
export type { Shared, Subject } from './subjects/frozen.ts'
export { type InTurns, inTurns, tellSettled } from './subjects/in-turns.ts'
export { type Links, recordsBySubject, subjectsOf } from './subjects/links.ts'
export { openStates, type SubjectState, subjectStates } from './subjects/states.ts'
export { type Earlier, isAtLeast, openTurns, type Turns, type TurnsOptions } from './subjects/turns.ts'
