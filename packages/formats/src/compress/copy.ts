/** Fewer bytes are copied one by one: a call of the engine costs more. */
const few = 24;

/** Copies `count` bytes of the input behind the text. */
export function copyLiterals(text: Uint8Array, length: number, input: Uint8Array, start: number, count: number): void {
  if (count < few) for (let i = 0; i < count; i++) text[length + i] = input[start + i] as number;
  else text.set(input.subarray(start, start + count), length);
}

/** Appends `count` bytes of the text, from `distance` before its end on; it may go on with what it has written itself. */
export function copyMatch(text: Uint8Array, length: number, distance: number, count: number): void {
  if (count < few) {
    for (let i = 0; i < count; i++) text[length + i] = text[length - distance + i] as number;
    return;
  }
  // Each round doubles what there is to copy from.
  for (let done = 0; done < count; ) {
    const step = Math.min(count - done, distance + done);
    text.copyWithin(length + done, length - distance, length - distance + step);
    done += step;
  }
}
