import { slice, type TracedBytes } from '../bytes/traced.js';

/** Bytes up to the fill behind them: memory that was never written is 0x00, erased flash and flushed rings are 0xff. */
export function withoutFill(content: TracedBytes): TracedBytes {
  const { bytes } = content;
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end -= 1;
  return slice(content, 0, end);
}
