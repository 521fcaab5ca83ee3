/** Text like a kernel's: seeded, about `length` bytes, compressible about as well as the real thing. */
export function kernelLog(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = [
    'Modules linked in:',
    'CPU:',
    'RIP: 0010:',
    'Call Trace:',
    'do_syscall_64+0x',
    '? __schedule+0x',
    'R13:',
  ];
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 8;
  };
  let text = 'Panic#1 Part1\n';
  while (text.length < length) {
    text += `<${next() % 8}>[${String(next() % 99999).padStart(5)}.${next() % 1000000}] ${words[next() % 7]}${next().toString(16)}\n`;
  }
  return Uint8Array.from(text.slice(0, length), (c) => c.charCodeAt(0));
}
