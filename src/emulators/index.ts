export { startAvePointOpus } from './avepoint-opus/avepoint-opus.ts'
export type {
  AvePointOpusEmulator,
  AvePointOpusEmulatorOptions,
  AvePointOpusEmulatorSettings,
} from './avepoint-opus/options.ts'
export { startDatoCms } from './datocms/datocms.ts'
export type {
  DatoCmsEmulator,
  DatoCmsEmulatorOptions,
  DatoCmsEmulatorSettings,
  DatoCmsLinkField,
  DatoCmsMode,
  DatoCmsModel,
  DatoCmsRecord,
  DatoCmsWebhook,
} from './datocms/options.ts'
export type { Emulator, EmulatorCall, EmulatorOptions, FaultKind, FaultWhen } from './server/emulator.ts'
export type { EmulatorRate } from './server/limiter.ts'
export type {
  UuidListEmulator,
  UuidListEmulatorOptions,
  UuidListEmulatorSettings,
} from './uuid-list/options.ts'
export { startUuidList } from './uuid-list/uuid-list.ts'
