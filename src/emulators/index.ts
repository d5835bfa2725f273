export { startAvePointOpus } from './avepoint-opus.ts'
export type {
  AvePointOpusEmulator,
  AvePointOpusEmulatorOptions,
  AvePointOpusEmulatorSettings,
} from './avepoint-opus-options.ts'
export { startDatoCms } from './datocms.ts'
export type {
  DatoCmsEmulator,
  DatoCmsEmulatorOptions,
  DatoCmsEmulatorSettings,
  DatoCmsLinkField,
  DatoCmsMode,
  DatoCmsModel,
  DatoCmsRecord,
  DatoCmsWebhook,
} from './datocms-options.ts'
export type { Emulator, EmulatorCall, EmulatorOptions, EmulatorRate, FaultKind, FaultWhen } from './emulator.ts'
export { startUuidList } from './uuid-list.ts'
export type { UuidListEmulator, UuidListEmulatorOptions, UuidListEmulatorSettings } from './uuid-list-options.ts'
