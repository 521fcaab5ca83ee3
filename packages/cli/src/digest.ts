/** Hex SHA-256. `node:crypto` is loaded by the first call: the text of a crash needs none. */
export function sha256(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
}
