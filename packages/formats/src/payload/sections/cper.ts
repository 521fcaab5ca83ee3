import { formatGuid } from '../../bytes/guid.js';
import type { Struct } from '../../bytes/struct.js';
import * as layout from './cper-layout.js';
import { fieldsAt, flagged, type Meanings, named, restBehind, type SectionReading } from './reading.js';

/** A kind of section: its table, and which bit of `validation` vouches for which field. */
interface SectionKind {
  readonly table: Struct<object>;
  readonly validity: Readonly<Record<string, number>>;
  readonly meanings: Meanings;
}

const memoryErrors = named([
  'unknown',
  'no error',
  'single-bit ECC',
  'multi-bit ECC',
  'single-symbol chipkill ECC',
  'multi-symbol chipkill ECC',
  'master abort',
  'target abort',
  'parity',
  'watchdog timeout',
  'invalid address',
  'mirror broken',
  'memory sparing',
  'scrub, corrected',
  'scrub, uncorrected',
  'memory map-out',
]);

const portTypes = named([
  'endpoint',
  'legacy endpoint',
  undefined,
  undefined,
  'root port',
  'upstream switch port',
  'downstream switch port',
  'PCI Express to PCI bridge',
  'PCI to PCI Express bridge',
  'root complex integrated endpoint',
  'root complex event collector',
]);

const processorMeanings: Meanings = {
  processorType: named(['IA-32 or x64', 'Itanium', 'ARM']),
  isa: named(['IA-32', 'Itanium', 'x64', 'ARM A32 or T32', 'ARM A64']),
  errorType: flagged({ 0: 'cache', 1: 'TLB', 2: 'bus', 3: 'micro-architecture' }),
  operation: named(['unknown', 'data read', 'data write', 'instruction execution']),
  flags: flagged({ 0: 'restartable', 1: 'precise', 2: 'overflow', 3: 'corrected' }),
};

/** Of a device as a whole hang on one bit. */
const pcieValidity = {
  ...{ portType: 0, version: 1, command: 2, status: 2, vendor: 3, deviceId: 3, classCode: 3, function: 3, device: 3 },
  ...{ segment: 3, bus: 3, secondaryBus: 3, slot: 3, serialNumber: 4, bridgeStatus: 5, bridgeControl: 5 },
  ...{ capability: 6, aer: 7 },
};

const pciDeviceValidity = {
  ...{ errorStatus: 0, vendor: 1, deviceId: 1, classCode: 1, function: 1, device: 1, bus: 1, segment: 1 },
  ...{ memoryCount: 2, ioCount: 3 },
};

/** By section type; UEFI 2.10, N.2.2 gives the types, N.2.4 to N.2.10 the sections. */
const sectionKinds: ReadonlyMap<string, SectionKind> = new Map([
  [
    '9876ccad-47b4-4bdb-b65e-16f193c4f3db',
    kind(
      layout.processorSection,
      bitsInOrder(
        'processorType isa errorType operation flags level cpuVersion brand processorId targetAddress requestorId ' +
          'responderId instruction',
      ),
      processorMeanings,
    ),
  ],
  ['dc3ea0b0-a144-4797-b95b-53fa242b6e1d', kind(layout.x86Section, bitsInOrder('apicId cpuid'))],
  [
    'e19e3d16-bc11-11e4-9caa-c2051d5d46b0',
    kind(layout.armSection, { mpidr: 0, affinityLevel: 1, runningState: 2, psciState: 2 }),
  ],
  [
    'a5bc1114-6f64-4ede-b863-3e83ed7c83b1',
    kind(
      layout.memorySection,
      bitsInOrder(
        'errorStatus physicalAddress physicalAddressMask node card module bank device row column bitPosition ' +
          'requestorId responderId targetId errorType rank cardHandle moduleHandle',
      ),
      { errorType: memoryErrors },
    ),
  ],
  [
    '61ec04fc-48e6-d813-25c9-8daa44750b12',
    kind(
      layout.memory2Section,
      bitsInOrder(
        'errorStatus physicalAddress physicalAddressMask node card module bank device row column rank bitPosition ' +
          'chipId errorType status requestorId responderId targetId cardHandle moduleHandle',
      ),
      { errorType: memoryErrors },
    ),
  ],
  ['d995e954-bbc1-430f-ad91-b44dcb3c6f35', kind(layout.pcieSection, pcieValidity, { portType: portTypes })],
  [
    'c5753963-3b84-4095-bf78-eddad3f9c9dd',
    kind(
      layout.pciBusSection,
      bitsInOrder('errorStatus errorType bus address data command requestorId completerId targetId'),
    ),
  ],
  ['eb5e4685-ca66-4769-b6a2-26068b001326', kind(layout.pciDeviceSection, pciDeviceValidity)],
  ['81212a96-09ed-4996-9471-8d729c8e69ed', kind(layout.firmwareSection, {})],
]);

/**
 * The body of a section of a CPER record, field by field. Null where the type is not known.
 * @param type GUID of the section, as stored or in lower case
 */
export function readCperSection(type: string | Uint8Array, section: Uint8Array): SectionReading | null {
  const found = sectionKinds.get(typeof type === 'string' ? type : formatGuid(type));
  if (found === undefined) return null;
  const { table, validity, meanings } = found;
  const [validation] = fieldsAt(table, section, 0, 'le').filter(({ name }) => name === 'validation');
  const word = validation === undefined || validation.value instanceof Uint8Array ? 0 : validation.value;
  const fields = fieldsAt(table, section, 0, 'le', meanings, { word, bits: validity });
  return { title: table.name, fields, parts: [], rest: restBehind(section, fields) };
}

function kind<T extends object>(
  table: Struct<T>,
  validity: SectionKind['validity'],
  meanings: Meanings = {},
): SectionKind {
  return { table: table as unknown as Struct<object>, validity, meanings };
}

function bitsInOrder(names: string): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name, bit) => [name, bit]));
}
