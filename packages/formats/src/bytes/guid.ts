/** `cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0`: 8, 4, 4, 4 and 12 hexadecimal digits. */
const written = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Where each byte of the text stands on the medium: the first three groups are little-endian (UEFI 2.10, appendix A). */
const places = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** The 16 bytes of a GUID as UEFI stores them. @throws RangeError when the text is no GUID */
export function parseGuid(text: string): Uint8Array<ArrayBuffer> {
  if (!written.test(text)) throw new RangeError(`no GUID: ${JSON.stringify(text)}`);
  const digits = text.replaceAll('-', '');
  return Uint8Array.from(places, (place) => Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16));
}

/** Lower case, as the kernel and the tools print it. @throws RangeError when the bytes are not 16 */
export function formatGuid(guid: Uint8Array): string {
  if (guid.length !== 16) throw new RangeError(`${guid.length} bytes are no GUID`);
  const digits = places.map((place) => (guid[place] as number).toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
