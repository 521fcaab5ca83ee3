import { formatGuid, parseGuid } from '../bytes/guid.js';

/** What pstore stores in a section; `dmesg_z` is a compressed dump, known to kernels since 3.12. */
export type PstoreSection = 'dmesg' | 'dmesg_z' | 'mce';

/** The section types of pstore (drivers/acpi/apei/erst.c). */
export const pstoreSections: Readonly<Record<PstoreSection, Uint8Array>> = {
  dmesg: parseGuid('c197e04e-d545-4a70-9c17-a5549419eb12'),
  dmesg_z: parseGuid('4f118707-04dd-4055-b5dd-956d34ddfac6'),
  mce: parseGuid('fe08ffbe-95e4-4be7-bc73-4096044a38fc'),
};

/** UEFI 2.10, N.2.2 and N.2.4 to N.2.14. */
const sectionNames: ReadonlyMap<string, string> = new Map([
  ['c197e04e-d545-4a70-9c17-a5549419eb12', 'pstore dmesg'],
  ['4f118707-04dd-4055-b5dd-956d34ddfac6', 'pstore dmesg, compressed'],
  ['fe08ffbe-95e4-4be7-bc73-4096044a38fc', 'pstore mce'],
  ['9876ccad-47b4-4bdb-b65e-16f193c4f3db', 'processor'],
  ['dc3ea0b0-a144-4797-b95b-53fa242b6e1d', 'processor, IA-32 and x64'],
  ['e429faf1-3cb7-11d4-bca7-0080c73c8881', 'processor, Itanium'],
  ['e19e3d16-bc11-11e4-9caa-c2051d5d46b0', 'processor, ARM'],
  ['a5bc1114-6f64-4ede-b863-3e83ed7c83b1', 'platform memory'],
  ['61ec04fc-48e6-d813-25c9-8daa44750b12', 'platform memory 2'],
  ['d995e954-bbc1-430f-ad91-b44dcb3c6f35', 'PCI Express'],
  ['81212a96-09ed-4996-9471-8d729c8e69ed', 'firmware error record reference'],
  ['c5753963-3b84-4095-bf78-eddad3f9c9dd', 'PCI or PCI-X bus'],
  ['eb5e4685-ca66-4769-b6a2-26068b001326', 'PCI or PCI-X device'],
  ['5b51fef7-c79d-4434-8f1b-aa62de3e2c64', 'DMAr'],
  ['71761d37-32b2-45cd-a7d0-b0fedd93e8cf', 'DMAr of VT-d'],
  ['036f84e1-7f37-428c-a79e-575fdfaa84ec', 'DMAr of an IOMMU'],
  ['91335ef6-ebfb-4478-a6a6-88b728cf75d7', 'CCIX'],
  ['80b9efb4-52b5-4de3-a777-68784b771048', 'CXL protocol'],
]);

/** UEFI 2.10, N.2.1.1. */
const notificationNames: ReadonlyMap<string, string> = new Map([
  ['2dce8bb1-bdd7-450e-b9ad-9cf4ebd4f890', 'CMC'],
  ['4e292f96-d843-4a55-a8c2-d481f27ebeee', 'CPE'],
  ['e8f56ffe-919c-4cc5-ba88-65abe14913bb', 'MCE'],
  ['cf93c01f-1a16-4dfc-b8bc-9c4daf67c104', 'PCIe'],
  ['cc5263e8-9308-454a-89d0-340bd39bc98e', 'INIT'],
  ['5bad89ff-b7e6-42c9-814a-cf2485d6e98a', 'NMI'],
  ['3d61a466-ab40-409a-a698-f362d464b38f', 'BOOT'],
  ['667dd791-c6b3-4c27-8a6b-0f8e722deb41', 'DMAr'],
  ['9a78788a-bbe8-11e4-809e-67611e5d46b0', 'SEA'],
  ['5c284c81-b0ae-4e87-a322-b04c85624323', 'SEI'],
  ['09a9d5ac-5204-4214-96e5-94992e752bcd', 'PEI'],
  ['69293bc9-41df-49a3-b4bd-4fb0db3041f6', 'CXL component'],
]);

/** What stands for a machine check in `notificationType`; pstore uses it too. */
export const mceNotification = parseGuid('e8f56ffe-919c-4cc5-ba88-65abe14913bb');

/** What a section holds, in words; the GUID where it is not known. */
export function sectionName(type: Uint8Array): string {
  return nameIn(sectionNames, type);
}

/** How an error was told, in words; the GUID where it is not known. */
export function notificationName(type: Uint8Array): string {
  return nameIn(notificationNames, type);
}

/** EFI_ERROR_SEVERITY of a record or of a section. */
export function severityName(severity: number): string {
  return ['recoverable', 'fatal', 'corrected', 'informational'][severity] ?? `severity ${severity}`;
}

/** Wrong bytes that a GUID may have and still be taken for the one that was written. */
const mostWrong = 2;

/** The section of pstore whose type this is, with at most two wrong bytes; null when it is none. */
export function pstoreSectionOf(type: Uint8Array): { kind: PstoreSection; isExact: boolean } | null {
  for (const [kind, guid] of Object.entries(pstoreSections) as [PstoreSection, Uint8Array][]) {
    const wrong = wrongBytes(type, guid);
    if (wrong <= mostWrong) return { kind, isExact: wrong === 0 };
  }
  return null;
}

/** True for a GUID with at most two wrong bytes. */
export function isNearly(found: Uint8Array, guid: Uint8Array): boolean {
  return wrongBytes(found, guid) <= mostWrong;
}

export function isSameGuid(found: Uint8Array, guid: Uint8Array): boolean {
  return wrongBytes(found, guid) === 0;
}

function wrongBytes(found: Uint8Array, guid: Uint8Array): number {
  return guid.reduce((wrong, byte, i) => wrong + (found[i] === byte ? 0 : 1), 0);
}

function nameIn(names: ReadonlyMap<string, string>, guid: Uint8Array): string {
  const text = formatGuid(guid);
  return names.get(text) ?? text;
}
