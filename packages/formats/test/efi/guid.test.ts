import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { formatGuid, parseGuid } from '../../src/bytes/guid.js';

describe('a GUID', () => {
  test('has its first three groups little-endian', () => {
    const bytes = parseGuid('cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0');
    expect(Buffer.from(bytes).toString('hex')).toBe('79fcc8cf2ebedc4d97f09f98bfe298a0');
  });

  test.prop([fc.uint8Array({ minLength: 16, maxLength: 16 })])('is read as it was written', (bytes) => {
    const text = formatGuid(bytes);
    expect(text).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(parseGuid(text)).toEqual(bytes);
    expect(parseGuid(text.toUpperCase())).toEqual(bytes);
  });

  test.each(['', 'cfc8fc79', 'cfc8fc79be2e4ddc97f09f98bfe298a0', ' cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0', '\n'])(
    'is not %j',
    (text) => {
      expect(() => parseGuid(text)).toThrow(RangeError);
    },
  );

  test('has 16 bytes', () => {
    expect(() => formatGuid(new Uint8Array(15))).toThrow(RangeError);
  });
});
