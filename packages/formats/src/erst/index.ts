import type { Backend } from '../backend.js';
import { withCarvedDumps } from '../dump/carve.js';
import { areasOf } from './areas.js';
import { placeAt, placeSignatures, placeWindow } from './places.js';
import { readErst } from './read.js';

export { type CperRecord, cperAt, describeCper, isCper } from './cper.js';
export { type CperHeader, cperHeader, type SectionDescriptor, sectionDescriptor } from './layout.js';
export { notificationName, type PstoreSection, pstoreSections, sectionName, severityName } from './names.js';
export { readErst } from './read.js';
export { type BcdTime, decodeBcdTime, encodeBcdTime } from './timestamp.js';
export {
  type CperSection,
  type ErstMedium,
  type ErstRecord,
  type ErstSlot,
  encodeCper,
  encodeErst,
  encodeErstRecord,
} from './write.js';

/** ERST: dumps as error records of the platform firmware (drivers/acpi/apei/erst.c), in files of QEMU and in flash. */
export const erst: Backend = {
  name: 'erst',
  probe: {
    signatures: placeSignatures,
    window: placeWindow,
    accepts: (window) => placeAt(window, 0) !== null,
  },
  areas: areasOf,
  records: (area, report, hints, fuel) =>
    withCarvedDumps('erst', area, readErst(area, report, hints, fuel), hints, fuel),
};
