import type { Area, Backend, Finding, Probe, PstoreRecord, Report, Signature } from '@pstore-decode/formats';
import { type Fuel, slice } from '@pstore-decode/formats/bytes';

export function signature(bytes: readonly number[], mask: readonly number[] = bytes.map(() => 0xff)): Signature {
  return { bytes, mask };
}

/** A backend that is its probe, and whose walk is given. By default each hit is its own area of four bytes and a record. */
export function fakeBackend(probe: Partial<Probe>, parts: Partial<Backend> = {}): Backend {
  return {
    name: 'fake',
    probe: { signatures: [], window: 4, accepts: () => true, ...probe },
    areas: (hits, size) => hits.map((start) => ({ start, end: Math.min(size, start + 4) })),
    *records(area: Area, _report: Report, _hints: unknown, fuel: Fuel) {
      fuel.record(area.content.bytes.length);
      yield fakeRecord(area);
    },
    ...parts,
  };
}

export function fakeRecord(area: Area, findings: readonly Finding[] = []): PstoreRecord {
  const payload = slice(area.content, 0, area.content.bytes.length);
  return { backend: 'fake', type: 'dmesg', state: 'live', stored: area.range, payload, text: payload, findings };
}
