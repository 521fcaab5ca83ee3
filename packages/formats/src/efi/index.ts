import type { Backend } from '../backend.js';
import { withCarvedDumps } from '../dump/carve.js';
import { areasOf } from './areas.js';
import { placeAt, placeSignatures, placeWindow } from './places.js';
import { readEfi } from './read.js';

export type { DumpVariable } from './dump-variable.js';
export { encodeNvarFile, type NvarVariable } from './nvar-write.js';
export { readEfi } from './read.js';
export { recordsOfVariables } from './records.js';
export { type DumpVariableName, formatDumpVariableName, parseDumpVariableName } from './variable-name.js';
export {
  type EfiMedium,
  type EfiVariable,
  encodeEfi,
  encodeEfivarsFile,
  encodeStore,
  encodeVariable,
  type FlashGeometry,
  flashGeometries,
  type StoreKind,
} from './write.js';

/** efi-pstore: dumps as variables of the firmware, in flash images (drivers/firmware/efi/efi-pstore.c). */
export const efi: Backend = {
  name: 'efi',
  probe: {
    signatures: placeSignatures,
    window: placeWindow,
    accepts: (window) => placeAt(window, 0) !== null,
  },
  areas: areasOf,
  records: (area, report, hints, fuel) =>
    withCarvedDumps('efi_pstore', area, readEfi(area, report, hints, fuel), hints, fuel),
};
